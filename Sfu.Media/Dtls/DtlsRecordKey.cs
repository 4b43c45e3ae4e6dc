using System.Buffers.Binary;
using Sfu.Media.Interop;
using Sfu.Media.Srtp.Kernels;

namespace Sfu.Media.Dtls;

/// <summary>The key of one direction's records, RFC 6347 §4.1.2.1 with an AEAD cipher. One thread at a time.</summary>
internal abstract class DtlsRecordKey : IDisposable
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int AssociatedBytes = 13;

    /// <summary>What protection adds to a fragment.</summary>
    public abstract int Overhead { get; }

    /// <param name="suite">The suite that was agreed on.</param>
    /// <param name="key">As long as the suite says.</param>
    /// <param name="iv">As long as the suite says.</param>
    /// <param name="seals">Whether it protects; else it opens.</param>
    /// <param name="nonceOffset">For AES-GCM: what to add to a record's number for the part of the nonce that is sent.</param>
    public static DtlsRecordKey Create(DtlsSuite suite, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, bool seals, ulong nonceOffset) =>
        suite.IsChaCha ? new ChaCha(key, iv, seals) : new Gcm(key, iv, seals, nonceOffset);

    /// <summary>Protects. False only when the library fails.</summary>
    /// <param name="type">The record's content type.</param>
    /// <param name="sequence">Epoch and number; never twice.</param>
    /// <param name="plain">Does not overlap the fragment.</param>
    /// <param name="fragment">Exactly <see cref="Overhead"/> longer.</param>
    public bool Seal(byte type, ulong sequence, ReadOnlySpan<byte> plain, Span<byte> fragment)
    {
        Span<byte> associated = stackalloc byte[AssociatedBytes];
        WriteAssociated(associated, type, sequence, plain.Length);
        return Seal(sequence, associated, plain, fragment);
    }

    /// <summary>Verifies and decrypts.</summary>
    /// <param name="record">Of this key's epoch.</param>
    /// <param name="plain">Room for the plaintext.</param>
    /// <param name="length">Of the plaintext.</param>
    public bool TryOpen(in DtlsRecord record, Span<byte> plain, out int length)
    {
        length = record.Fragment.Length - Overhead;
        if (length < 0 || length > plain.Length)
        {
            return false;
        }

        Span<byte> associated = stackalloc byte[AssociatedBytes];
        WriteAssociated(associated, record.Type, record.Sequence, length);
        return Open(record.Sequence, associated, record.Fragment, plain[..length]);
    }

    /// <summary>Frees the key and cleanses it, the IV too.</summary>
    public abstract void Dispose();

    protected abstract bool Seal(ulong sequence, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> plain, Span<byte> fragment);

    protected abstract bool Open(ulong sequence, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> fragment, Span<byte> plain);

    // RFC 5246 §6.2.3.3, with the number of RFC 6347 §4.1.2.1.
    private static void WriteAssociated(Span<byte> associated, byte type, ulong sequence, int length)
    {
        BinaryPrimitives.WriteUInt64BigEndian(associated, sequence);
        associated[8] = type;
        BinaryPrimitives.WriteUInt16BigEndian(associated[9..], DtlsRecord.Version12);
        BinaryPrimitives.WriteUInt16BigEndian(associated[11..], (ushort)length);
    }

    /// <summary>RFC 5288 §3: four bytes of the nonce are secret, eight are sent in front of the ciphertext.</summary>
    private sealed class Gcm : DtlsRecordKey
    {
        private const int ExplicitBytes = DtlsRecord.ExplicitNonceBytes;

        private readonly GcmKey _key;
        private readonly ulong _nonceOffset;
        private uint _salt;

        public Gcm(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, bool seals, ulong nonceOffset)
        {
            _key = GcmKey.Create(key, seals, CryptoPaths.Best);
            _salt = BinaryPrimitives.ReadUInt32BigEndian(iv);
            _nonceOffset = nonceOffset;
        }

        public override int Overhead => ExplicitBytes + TagBytes;

        public override void Dispose()
        {
            _key.Dispose();
            _salt = 0;
        }

        protected override bool Seal(ulong sequence, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> plain, Span<byte> fragment)
        {
            Span<byte> nonce = stackalloc byte[NonceBytes];
            BinaryPrimitives.WriteUInt32BigEndian(nonce, _salt);
            BinaryPrimitives.WriteUInt64BigEndian(nonce[^ExplicitBytes..], unchecked(sequence + _nonceOffset));
            nonce[^ExplicitBytes..].CopyTo(fragment);
            return _key.Seal(nonce, associated, plain, fragment[ExplicitBytes..]);
        }

        protected override bool Open(ulong sequence, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> fragment, Span<byte> plain)
        {
            Span<byte> nonce = stackalloc byte[NonceBytes];
            BinaryPrimitives.WriteUInt32BigEndian(nonce, _salt);
            fragment[..ExplicitBytes].CopyTo(nonce[^ExplicitBytes..]);
            return _key.Open(nonce, associated, fragment[ExplicitBytes..], plain);
        }
    }

    /// <summary>RFC 7905 §2: the nonce is the IV combined with the record's number, and none of it is sent.</summary>
    private sealed class ChaCha(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, bool seals) : DtlsRecordKey
    {
        private readonly EvpCipherContext _context = EvpCipherContext.ForChaCha(key, seals);
        private uint _high = BinaryPrimitives.ReadUInt32BigEndian(iv);
        private ulong _low = BinaryPrimitives.ReadUInt64BigEndian(iv[sizeof(uint)..]);

        public override int Overhead => TagBytes;

        public override void Dispose()
        {
            _context.Dispose();
            _high = 0;
            _low = 0;
        }

        protected override bool Seal(ulong sequence, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> plain, Span<byte> fragment) =>
            Begin(sequence, associated) && _context.Transform(plain, fragment) && _context.WriteTag(fragment[plain.Length..]);

        protected override bool Open(ulong sequence, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> fragment, Span<byte> plain)
        {
            if (Begin(sequence, associated) && _context.Transform(fragment[..plain.Length], plain) && _context.VerifyTag(fragment[plain.Length..]))
            {
                return true;
            }

            // An entry in this thread's OpenSSL error queue must not reach a later SSL_get_error.
            plain.Clear();
            LibCrypto.ERR_clear_error();
            return false;
        }

        private bool Begin(ulong sequence, ReadOnlySpan<byte> associated)
        {
            Span<byte> nonce = stackalloc byte[NonceBytes];
            BinaryPrimitives.WriteUInt32BigEndian(nonce, _high);
            BinaryPrimitives.WriteUInt64BigEndian(nonce[sizeof(uint)..], _low ^ sequence);
            return _context.Begin(nonce) && _context.Associate(associated);
        }
    }
}
