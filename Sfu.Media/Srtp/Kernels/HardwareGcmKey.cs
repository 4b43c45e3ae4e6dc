using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Sfu.Media.Buffers;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>An AES-GCM key for <see cref="GcmKernel{TGhash}"/>: 368 bytes of native memory with AES-128, 432 with AES-256.</summary>
internal sealed unsafe class HardwareGcmKey<TGhash> : GcmKey
    where TGhash : struct, IGhashLanes
{
    // With AES-128.
    private const int KeyLines = 6;

    private readonly KeyMemory _memory;
    private readonly GcmKeyState _state;

    public HardwareGcmKey(ReadOnlySpan<byte> key)
    {
        _memory = new KeyMemory(GcmKeyState.Length(key.Length));
        _state = new GcmKeyState(key, _memory.Pointer);
    }

    public override bool Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> plain, Span<byte> destination)
    {
        // The kernel reads and writes plain.Length bytes, and the tag goes behind them.
        Debug.Assert(destination.Length == plain.Length + TagLength, "The destination holds ciphertext and tag.");
        ObjectDisposedException.ThrowIf(_memory.IsClosed, this);
        fixed (byte* associatedPointer = associated, source = plain, target = destination)
        {
            var tag = GcmKernel<TGhash>.Seal(
                _state, LoadNonce(nonce), associatedPointer, associated.Length, source, target, plain.Length);
            tag.Store(target + plain.Length);
        }

        GC.KeepAlive(_memory);
        return true;
    }

    public override bool Open(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> ciphertext, Span<byte> destination)
    {
        // The kernel reads and writes destination.Length bytes; the tag stands behind them and outside of the destination.
        Debug.Assert(ciphertext.Length == destination.Length + TagLength, "The ciphertext ends with a tag.");
        ObjectDisposedException.ThrowIf(_memory.IsClosed, this);
        bool right;
        fixed (byte* associatedPointer = associated, source = ciphertext, target = destination)
        {
            var expected = Vector128.Load(source + destination.Length);
            var tag = GcmKernel<TGhash>.Open(
                _state, LoadNonce(nonce), associatedPointer, associated.Length, source, target, destination.Length);

            // One comparison of all 16 bytes: how many of them agree takes no time to tell.
            right = tag == expected;
        }

        GC.KeepAlive(_memory);
        if (!right)
        {
            destination.Clear();
        }

        return right;
    }

    public override void Prefetch() => CacheHint.Native(_memory.Pointer, KeyLines);

    public override void Dispose() => _memory.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> LoadNonce(ReadOnlySpan<byte> nonce)
    {
        Debug.Assert(nonce.Length == NonceLength, "The nonce has 12 bytes.");
        ref var first = ref MemoryMarshal.GetReference(nonce);
        var low = Unsafe.ReadUnaligned<ulong>(ref first);
        var high = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, 8));
        return Vector128.Create(low, high).AsByte();
    }
}
