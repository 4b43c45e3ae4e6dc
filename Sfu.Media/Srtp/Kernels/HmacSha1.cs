using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Sfu.Media.Interop;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>
/// An HMAC-SHA1 key (RFC 2104) for many short messages: the hash states after the inner and the outer key block are kept, 40 bytes
/// of native memory, so that a message costs its own blocks and one more. Computes at once, by OpenSSL's plain SHA-1 functions, or
/// hands out a <see cref="MacJob"/> to be computed together with others. One thread at a time; no call allocates managed memory.
/// </summary>
internal sealed unsafe class HmacSha1 : IDisposable
{
    public const int KeyLength = 20;
    public const int MacLength = 20;

    /// <summary>The most that may follow a message.</summary>
    public const int MaxSuffixLength = 4;

    private const int BlockLength = MacJob.BlockLength;
    private const int OuterOffset = MacJob.StateWords;

    private readonly KeyMemory _states = new(2 * MacJob.StateWords * sizeof(uint));

    /// <param name="key">At most 64 bytes.</param>
    public HmacSha1(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, BlockLength);
        var states = (uint*)_states.Pointer;
        Prepare(key, 0x36, states);
        Prepare(key, 0x5C, states + OuterOffset);
    }

    /// <summary>The MAC of <paramref name="message"/> followed by <paramref name="suffix"/>.</summary>
    /// <param name="message">The message.</param>
    /// <param name="suffix">At most <see cref="MaxSuffixLength"/> bytes.</param>
    /// <param name="mac">At most <see cref="MacLength"/> bytes: the MAC's first ones.</param>
    [SkipLocalsInit]
    public void Compute(ReadOnlySpan<byte> message, ReadOnlySpan<byte> suffix, Span<byte> mac)
    {
        MacJob job;
        Unsafe.SkipInit(out job);
        fixed (byte* messagePointer = message, macPointer = mac)
        {
            Begin(messagePointer, message.Length, suffix, macPointer, mac.Length, &job);
            Compute(&job);
        }

        Forget(&job);
    }

    /// <summary>Fills in a job. The bytes behind the last whole block are copied.</summary>
    /// <param name="message">Must not move until the job is done.</param>
    /// <param name="length">Bytes of the message.</param>
    /// <param name="suffix">At most <see cref="MaxSuffixLength"/> bytes.</param>
    /// <param name="tag">Where the MAC's first bytes go.</param>
    /// <param name="tagLength">How many.</param>
    /// <param name="job">Overwritten.</param>
    public void Begin(byte* message, int length, ReadOnlySpan<byte> suffix, byte* tag, int tagLength, MacJob* job)
    {
        Debug.Assert(suffix.Length <= MaxSuffixLength && tagLength <= MacLength, "The tail has room, the MAC enough bytes.");
        ObjectDisposedException.ThrowIf(_states.IsClosed, this);
        Unsafe.CopyBlockUnaligned(job->Inner, _states.Pointer, 2 * MacJob.StateWords * sizeof(uint));
        GC.KeepAlive(_states);
        job->Message = message;
        job->Tag = tag;
        job->TagLength = tagLength;
        job->WholeBlocks = length / BlockLength;

        // FIPS 180-4 §5.1.1: a one bit, zeroes, and the length in bits, which counts the key block as well.
        var rest = length % BlockLength;
        var used = rest + suffix.Length;
        var tailBlocks = used + 1 + sizeof(ulong) <= BlockLength ? 1 : 2;
        var tail = new Span<byte>(job->Tail, tailBlocks * BlockLength);
        new ReadOnlySpan<byte>(message + length - rest, rest).CopyTo(tail);
        suffix.CopyTo(tail[rest..]);
        tail[used] = 0x80;
        tail[(used + 1)..^sizeof(ulong)].Clear();
        BinaryPrimitives.WriteUInt64BigEndian(tail[^sizeof(ulong)..], (ulong)(BlockLength + length + suffix.Length) * 8);
        job->Blocks = job->WholeBlocks + tailBlocks;
    }

    /// <summary>Computes a job by itself.</summary>
    [SkipLocalsInit]
    public static void Compute(MacJob* job)
    {
        ShaContext context;
        Unsafe.SkipInit(out context);
        context.Start(job->Inner);
        if (job->WholeBlocks > 0)
        {
            // Whole blocks only, so that OpenSSL hashes them where they lie. It always returns 1.
            _ = LibCrypto.SHA1_Update(&context, job->Message, (nuint)(job->WholeBlocks * BlockLength));
        }

        for (var block = job->WholeBlocks; block < job->Blocks; block++)
        {
            LibCrypto.SHA1_Transform(&context, job->Tail + ((block - job->WholeBlocks) * BlockLength));
        }

        // RFC 2104: the outer hash is that of the inner digest, one block with its padding.
        var words = stackalloc uint[Sha1Constants.BlockWords];
        new Span<uint>(words, Sha1Constants.BlockWords).Clear();
        context.CopyReversed(words);
        words[MacJob.StateWords] = BinaryPrimitives.ReverseEndianness(Sha1Constants.EndMark);
        words[Sha1Constants.BlockWords - 1] = BinaryPrimitives.ReverseEndianness(Sha1Constants.OuterBits);
        context.Start(job->Outer);
        LibCrypto.SHA1_Transform(&context, (byte*)words);
        context.CopyReversed(words);
        Unsafe.CopyBlockUnaligned(job->Tag, words, (uint)job->TagLength);

        // The states of the key are overwritten by now; what is left are the inner digest and the part of the MAC that nobody gets.
        CryptographicOperations.ZeroMemory(new Span<byte>(words, Sha1Constants.BlockWords * sizeof(uint)));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(new Span<ShaContext>(ref context)));
    }

    /// <summary>Zeroes the key states of a job.</summary>
    public static void Forget(MacJob* job) =>
        CryptographicOperations.ZeroMemory(new Span<byte>(job->Inner, 2 * MacJob.StateWords * sizeof(uint)));

    public void Dispose() => _states.Dispose();

    private static void Prepare(ReadOnlySpan<byte> key, byte pad, uint* state)
    {
        var block = stackalloc byte[BlockLength];
        for (var i = 0; i < BlockLength; i++)
        {
            block[i] = (byte)(pad ^ (i < key.Length ? key[i] : 0));
        }

        var context = default(ShaContext);
        if (LibCrypto.SHA1_Init(&context) != 1)
        {
            throw new InvalidOperationException("OpenSSL refused a SHA-1 state.");
        }

        LibCrypto.SHA1_Transform(&context, block);
        Unsafe.CopyBlock(state, context.State, MacJob.StateWords * sizeof(uint));
        CryptographicOperations.ZeroMemory(new Span<byte>(block, BlockLength));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(new Span<ShaContext>(ref context)));
    }

    // SHA_CTX: five words of state, two of length, a block and the number of bytes in it; 96 bytes on every platform.
    private struct ShaContext
    {
        public fixed uint State[MacJob.StateWords];
        private uint _lowBits;
        private uint _highBits;
        private fixed byte _block[BlockLength];
        private uint _used;

        public void Start(uint* state)
        {
            fixed (uint* own = State)
            {
                Unsafe.CopyBlockUnaligned(own, state, MacJob.StateWords * sizeof(uint));
            }

            _lowBits = BlockLength * 8;
            _highBits = 0;
            _used = 0;
        }

        public void CopyReversed(uint* digest)
        {
            for (var i = 0; i < MacJob.StateWords; i++)
            {
                digest[i] = BinaryPrimitives.ReverseEndianness(State[i]);
            }
        }
    }
}
