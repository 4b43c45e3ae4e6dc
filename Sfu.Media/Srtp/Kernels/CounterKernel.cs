using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>AES in counter mode (RFC 3711 §4.1.1) for packets, eight blocks at a time. Encrypts and decrypts alike.</summary>
internal static unsafe class CounterKernel
{
    /// <param name="schedule">Round keys.</param>
    /// <param name="rounds">10 or 14.</param>
    /// <param name="firstBlock">The first counter block. Its last 32 bits count; for SRTP the lower 16 of them begin with zero.</param>
    /// <param name="source">The input.</param>
    /// <param name="destination">Takes as many bytes; the source itself, or no overlap.</param>
    /// <param name="length">May be zero.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Apply(byte* schedule, int rounds, Vector128<byte> firstBlock, byte* source, byte* destination, int length)
    {
        var next = AesLanes.Reverse(firstBlock);
        while (length > 0)
        {
            AesLanes.KeyStream(
                schedule, rounds, next, out var k0, out var k1, out var k2, out var k3, out var k4, out var k5, out var k6, out var k7);
            if (length < AesLanes.BatchLength)
            {
                KeyStreamBatch keyStream;
                Unsafe.SkipInit(out keyStream);
                keyStream.Store(k0, k1, k2, k3, k4, k5, k6, k7);
                Finish((byte*)&keyStream, source, destination, length);
                return;
            }

            (k0 ^ Vector128.Load(source)).Store(destination);
            (k1 ^ Vector128.Load(source + 16)).Store(destination + 16);
            (k2 ^ Vector128.Load(source + 32)).Store(destination + 32);
            (k3 ^ Vector128.Load(source + 48)).Store(destination + 48);
            (k4 ^ Vector128.Load(source + 64)).Store(destination + 64);
            (k5 ^ Vector128.Load(source + 80)).Store(destination + 80);
            (k6 ^ Vector128.Load(source + 96)).Store(destination + 96);
            (k7 ^ Vector128.Load(source + 112)).Store(destination + 112);
            next = AesLanes.Advance(next, AesLanes.Count);
            source += AesLanes.BatchLength;
            destination += AesLanes.BatchLength;
            length -= AesLanes.BatchLength;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(byte* keyBlock, byte* source, byte* destination, int length)
    {
        for (; length >= AesSchedule.BlockLength; length -= AesSchedule.BlockLength)
        {
            (Vector128.Load(source) ^ Vector128.Load(keyBlock)).Store(destination);
            keyBlock += AesSchedule.BlockLength;
            source += AesSchedule.BlockLength;
            destination += AesSchedule.BlockLength;
        }

        PartialBlock.Store(PartialBlock.Load(source, length) ^ Vector128.Load(keyBlock), destination, length);
    }
}
