using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sfu.Media.Interop;

namespace Sfu.Media.Srtp;

/// <summary>
/// HMAC-SHA1 (RFC 2104) for many short messages under one key: the hash states after the inner and the outer key block are kept,
/// so that a message costs its own blocks and one more. Works on OpenSSL's plain SHA1 functions, whose cost per call is the
/// least; the states lie in native memory, cleansed on release. One thread at a time; no call allocates managed memory.
/// </summary>
internal sealed unsafe class HmacSha1 : SafeHandle
{
    public const int KeyLength = 20;
    public const int MacLength = 20;

    private const int BlockLength = 64;

    // SHA_CTX is five state words, two length words, one block and a count: 96 bytes on every platform. The rest is margin.
    private const int StateLength = 128;
    private const int InnerOffset = 0;
    private const int OuterOffset = StateLength;
    private const int WorkOffset = 2 * StateLength;
    private const int TotalLength = 3 * StateLength;

    /// <param name="key">At most 64 bytes.</param>
    public HmacSha1(ReadOnlySpan<byte> key)
        : base(0, ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, BlockLength);
        SetHandle((nint)NativeMemory.AlignedAlloc(TotalLength, BlockLength));
        NativeMemory.Clear((void*)handle, TotalLength);
        if (!Prepare(key, 0x36, InnerOffset) || !Prepare(key, 0x5C, OuterOffset))
        {
            throw new InvalidOperationException("OpenSSL refused a SHA-1 state.");
        }
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>The MAC of <paramref name="message"/> followed by <paramref name="suffix"/>.</summary>
    /// <param name="message">Not empty.</param>
    /// <param name="suffix">May be empty.</param>
    /// <param name="mac">Exactly <see cref="MacLength"/> bytes.</param>
    public bool Compute(ReadOnlySpan<byte> message, ReadOnlySpan<byte> suffix, Span<byte> mac)
    {
        Debug.Assert(mac.Length == MacLength, "OpenSSL writes a whole digest.");
        var work = (byte*)handle + WorkOffset;
        bool done;
        fixed (byte* messagePointer = message, suffixPointer = suffix, macPointer = mac)
        {
            Unsafe.CopyBlock(work, (byte*)handle + InnerOffset, StateLength);
            done = LibCrypto.SHA1_Update(work, messagePointer, (nuint)message.Length) == 1
                && (suffix.IsEmpty || LibCrypto.SHA1_Update(work, suffixPointer, (nuint)suffix.Length) == 1)
                && LibCrypto.SHA1_Final(macPointer, work) == 1;
            Unsafe.CopyBlock(work, (byte*)handle + OuterOffset, StateLength);
            done = done
                && LibCrypto.SHA1_Update(work, macPointer, MacLength) == 1
                && LibCrypto.SHA1_Final(macPointer, work) == 1;
        }

        GC.KeepAlive(this);
        return done;
    }

    protected override bool ReleaseHandle()
    {
        LibCrypto.OPENSSL_cleanse((void*)handle, TotalLength);
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }

    private bool Prepare(ReadOnlySpan<byte> key, byte pad, int offset)
    {
        var block = stackalloc byte[BlockLength];
        for (var i = 0; i < BlockLength; i++)
        {
            block[i] = (byte)(pad ^ (i < key.Length ? key[i] : 0));
        }

        var state = (byte*)handle + offset;
        var done = LibCrypto.SHA1_Init(state) == 1 && LibCrypto.SHA1_Update(state, block, BlockLength) == 1;
        LibCrypto.OPENSSL_cleanse(block, BlockLength);
        return done;
    }
}
