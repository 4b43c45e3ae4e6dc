using Sfu.Media.Interop;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>An AES-GCM key in an OpenSSL context: the path for processors that have no kernel of their own here.</summary>
internal sealed class OpenSslGcmKey(ReadOnlySpan<byte> key, bool seals) : GcmKey
{
    private readonly EvpCipherContext _context = EvpCipherContext.ForGcm(key, seals);

    public override bool Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> plain, Span<byte> destination) =>
        _context.Begin(nonce)
        && _context.Associate(associated)
        && _context.Transform(plain, destination)
        && _context.WriteTag(destination[plain.Length..]);

    public override bool Open(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> ciphertext, Span<byte> destination) =>
        (_context.Begin(nonce)
        && _context.Associate(associated)
        && _context.Transform(ciphertext[..destination.Length], destination)
        && _context.VerifyTag(ciphertext[destination.Length..]))
        || Reject(destination);

    public override void Dispose() => _context.Dispose();

    // An entry in this thread's OpenSSL error queue must not reach a later SSL_get_error.
    private static bool Reject(Span<byte> destination)
    {
        destination.Clear();
        LibCrypto.ERR_clear_error();
        return false;
    }
}
