using System.Buffers.Binary;
using System.Diagnostics;
using Sfu.Media.Srtp.Kernels;

namespace Sfu.Media.Srtp;

/// <summary>
/// Initialization vectors. SRTP and SRTCP share the layouts: an SRTCP index is a 48-bit packet index whose upper bits are zero.
/// </summary>
internal static class SrtpIv
{
    // RFC 7714 §8.1 and §9.1:    RFC 3711 §4.1.1:
    //  0      2 zero bytes        0      4 zero bytes
    //  2      SSRC                4      SSRC
    //  6      48-bit index        8      48-bit index
    //                            14      block counter, zero
    private const int GcmSsrcOffset = 2;
    private const int CounterSsrcOffset = 4;

    /// <param name="salt">12 bytes.</param>
    /// <param name="ssrc">Sender of the packet.</param>
    /// <param name="index">48 bits.</param>
    /// <param name="iv">12 bytes.</param>
    public static void WriteGcm(ReadOnlySpan<byte> salt, uint ssrc, long index, Span<byte> iv)
    {
        Debug.Assert(salt.Length == GcmKey.NonceLength && iv.Length == salt.Length, "Salt and IV have 12 bytes.");
        salt.CopyTo(iv);
        Mix(iv[GcmSsrcOffset..], ssrc, index);
    }

    /// <param name="salt">14 bytes.</param>
    /// <param name="ssrc">Sender of the packet.</param>
    /// <param name="index">48 bits.</param>
    /// <param name="iv">16 bytes.</param>
    public static void WriteCounterMode(ReadOnlySpan<byte> salt, uint ssrc, long index, Span<byte> iv)
    {
        Debug.Assert(salt.Length == 14 && iv.Length == CounterKey.BlockLength, "The salt has 14 bytes, the IV 16.");
        salt.CopyTo(iv);
        iv[14] = 0;
        iv[15] = 0;
        Mix(iv[CounterSsrcOffset..], ssrc, index);
    }

    private static void Mix(Span<byte> at, uint ssrc, long index)
    {
        BinaryPrimitives.WriteUInt32BigEndian(at, BinaryPrimitives.ReadUInt32BigEndian(at) ^ ssrc);
        BinaryPrimitives.WriteUInt16BigEndian(at[4..], (ushort)(BinaryPrimitives.ReadUInt16BigEndian(at[4..]) ^ (ushort)(index >> 32)));
        BinaryPrimitives.WriteUInt32BigEndian(at[6..], BinaryPrimitives.ReadUInt32BigEndian(at[6..]) ^ (uint)index);
    }
}
