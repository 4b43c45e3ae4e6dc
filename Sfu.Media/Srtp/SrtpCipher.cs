using System.Security.Cryptography;
using Sfu.Media.Srtp.Kernels;

namespace Sfu.Media.Srtp;

/// <summary>
/// The cryptography of one direction of a session: it turns plain packets into protected ones or back and knows keys, IVs and
/// layouts, but no streams, counters or windows; the arithmetic is that of <see cref="Kernels"/>.
/// One thread at a time; no call but the factory allocates. Callers have checked lengths and give each buffer its exact size.
/// </summary>
internal abstract class SrtpCipher : IDisposable
{
    /// <summary>What stays readable at the front of an SRTCP packet: the first header word and the SSRC.</summary>
    public const int RtcpHeaderLength = 8;

    /// <summary>The E-bit in the word that also carries the SRTCP index.</summary>
    public const uint RtcpEncrypted = 0x8000_0000;

    /// <summary>Bytes that protecting adds to an RTP packet.</summary>
    public abstract int RtpOverhead { get; }

    /// <summary>Bytes that protecting adds to an RTCP compound.</summary>
    public abstract int RtcpOverhead { get; }

    /// <summary>Derives session keys and makes a cipher of them.</summary>
    /// <param name="profile">A supported profile.</param>
    /// <param name="masterKey">As long as the profile says.</param>
    /// <param name="masterSalt">As long as the profile says.</param>
    /// <param name="seals">Whether it protects; otherwise it opens.</param>
    public static SrtpCipher Derive(SrtpProfile profile, ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt, bool seals) =>
        Derive(profile, masterKey, masterSalt, seals, CryptoPaths.Best);

    /// <summary>As the other one, by a path that a test chooses.</summary>
    internal static SrtpCipher Derive(
        SrtpProfile profile, ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt, bool seals, CryptoPath path)
    {
        Span<byte> rtpKey = stackalloc byte[profile.KeyLength()];
        Span<byte> rtcpKey = stackalloc byte[profile.KeyLength()];
        Span<byte> rtpSalt = stackalloc byte[profile.SaltLength()];
        Span<byte> rtcpSalt = stackalloc byte[profile.SaltLength()];
        Span<byte> rtpMacKey = stackalloc byte[HmacSha1.KeyLength];
        Span<byte> rtcpMacKey = stackalloc byte[HmacSha1.KeyLength];
        try
        {
            SrtpKeyDerivation.Derive(masterKey, masterSalt, SrtpKeyLabel.RtpEncryption, rtpKey);
            SrtpKeyDerivation.Derive(masterKey, masterSalt, SrtpKeyLabel.RtcpEncryption, rtcpKey);
            SrtpKeyDerivation.Derive(masterKey, masterSalt, SrtpKeyLabel.RtpSalt, rtpSalt);
            SrtpKeyDerivation.Derive(masterKey, masterSalt, SrtpKeyLabel.RtcpSalt, rtcpSalt);
            if (profile.IsAead())
            {
                return new GcmCipher(rtpKey, rtpSalt, rtcpKey, rtcpSalt, seals, path);
            }

            SrtpKeyDerivation.Derive(masterKey, masterSalt, SrtpKeyLabel.RtpAuthentication, rtpMacKey);
            SrtpKeyDerivation.Derive(masterKey, masterSalt, SrtpKeyLabel.RtcpAuthentication, rtcpMacKey);
            return new CounterHmacCipher(profile, rtpKey, rtpSalt, rtpMacKey, rtcpKey, rtcpSalt, rtcpMacKey, path);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(rtpKey);
            CryptographicOperations.ZeroMemory(rtcpKey);
            CryptographicOperations.ZeroMemory(rtpSalt);
            CryptographicOperations.ZeroMemory(rtcpSalt);
            CryptographicOperations.ZeroMemory(rtpMacKey);
            CryptographicOperations.ZeroMemory(rtcpMacKey);
        }
    }

    /// <summary>Protects a packet. False only when the library fails; the destination is then not to be sent.</summary>
    /// <param name="destination">Begins with the header; exactly <see cref="RtpOverhead"/> longer than header and payload.</param>
    /// <param name="headerLength">What stays readable.</param>
    /// <param name="payload">Plain. Stands in the destination right behind the header, or does not overlap it.</param>
    /// <param name="ssrc">The packet's SSRC.</param>
    /// <param name="index">ROC and sequence number, 48 bits.</param>
    /// <param name="batch">Takes the tag to compute it later, where that is faster; null computes it at once.</param>
    public abstract bool SealRtp(
        Span<byte> destination, int headerLength, ReadOnlySpan<byte> payload, uint ssrc, long index, SrtpTagBatch? batch);

    /// <summary>Verifies and decrypts in place. When false, the packet is as it was or its payload is zeroed.</summary>
    public abstract bool OpenRtp(Span<byte> packet, int headerLength, uint ssrc, long index);

    /// <summary>Protects a compound, with the E-bit set.</summary>
    /// <param name="compound">Plain.</param>
    /// <param name="ssrc">That of its first packet.</param>
    /// <param name="index">31 bits.</param>
    /// <param name="destination"><see cref="RtcpOverhead"/> longer; starts where the compound starts, or does not overlap it.</param>
    public abstract bool SealRtcp(ReadOnlySpan<byte> compound, uint ssrc, uint index, Span<byte> destination);

    /// <summary>Verifies and, when the E-bit is set in <paramref name="indexWord"/>, decrypts in place.</summary>
    public abstract bool OpenRtcp(Span<byte> packet, uint ssrc, uint indexWord);

    /// <summary>The word of E-bit and SRTCP index, whose place depends on the profile.</summary>
    /// <param name="packet">At least <see cref="RtcpHeaderLength"/> and <see cref="RtcpOverhead"/> long.</param>
    public abstract uint ReadIndexWord(ReadOnlySpan<byte> packet);

    /// <summary>Asks the processor for what the next packet needs that lies so many references away.</summary>
    public virtual void Prefetch(int hop)
    {
    }

    public abstract void Dispose();

    private protected static byte[] Pin(ReadOnlySpan<byte> secret)
    {
        var pinned = GC.AllocateUninitializedArray<byte>(secret.Length, pinned: true);
        secret.CopyTo(pinned);
        return pinned;
    }
}
