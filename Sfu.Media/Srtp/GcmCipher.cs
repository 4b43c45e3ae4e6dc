using System.Buffers.Binary;
using System.Security.Cryptography;
using Sfu.Media.Buffers;
using Sfu.Media.Srtp.Kernels;

namespace Sfu.Media.Srtp;

/// <summary>AEAD_AES_128_GCM and AEAD_AES_256_GCM (RFC 7714) on an AES-GCM key. The key's length tells which.</summary>
internal sealed class GcmCipher : SrtpCipher
{
    private const int TagLength = GcmKey.TagLength;

    private readonly GcmKey _rtp;
    private readonly GcmKey _rtcp;
    private readonly byte[] _rtpSalt;
    private readonly byte[] _rtcpSalt;

    /// <summary>Takes session keys and salts, already derived.</summary>
    public GcmCipher(
        ReadOnlySpan<byte> rtpKey,
        ReadOnlySpan<byte> rtpSalt,
        ReadOnlySpan<byte> rtcpKey,
        ReadOnlySpan<byte> rtcpSalt,
        bool seals,
        CryptoPath path)
    {
        _rtp = GcmKey.Create(rtpKey, seals, path);
        _rtcp = GcmKey.Create(rtcpKey, seals, path);
        _rtpSalt = Pin(rtpSalt);
        _rtcpSalt = Pin(rtcpSalt);
    }

    public override int RtpOverhead => TagLength;

    public override int RtcpOverhead => TagLength + SrtpProfiles.RtcpIndexLength;

    /// <summary>The derived salts, to be seen zeroed by tests.</summary>
    internal (byte[] Rtp, byte[] Rtcp) Salts => (_rtpSalt, _rtcpSalt);

    // RFC 7714 §8.2: the header is associated data, the tag follows the ciphertext.
    public override bool SealRtp(
        Span<byte> destination, int headerLength, ReadOnlySpan<byte> payload, uint ssrc, long index, SrtpTagBatch? batch)
    {
        Span<byte> nonce = stackalloc byte[GcmKey.NonceLength];
        SrtpIv.WriteGcm(_rtpSalt, ssrc, index, nonce);
        return _rtp.Seal(nonce, destination[..headerLength], payload, destination[headerLength..]);
    }

    public override bool OpenRtp(Span<byte> packet, int headerLength, uint ssrc, long index)
    {
        Span<byte> nonce = stackalloc byte[GcmKey.NonceLength];
        SrtpIv.WriteGcm(_rtpSalt, ssrc, index, nonce);
        return _rtp.Open(nonce, packet[..headerLength], packet[headerLength..], packet[headerLength..^TagLength]);
    }

    // RFC 7714 §9.2: the first eight bytes and the index word are associated data; the word follows the tag.
    public override bool SealRtcp(ReadOnlySpan<byte> compound, uint ssrc, uint index, Span<byte> destination)
    {
        Span<byte> nonce = stackalloc byte[GcmKey.NonceLength];
        Span<byte> associated = stackalloc byte[RtcpHeaderLength + SrtpProfiles.RtcpIndexLength];
        SrtpIv.WriteGcm(_rtcpSalt, ssrc, index, nonce);
        compound[..RtcpHeaderLength].CopyTo(associated);
        BinaryPrimitives.WriteUInt32BigEndian(associated[RtcpHeaderLength..], index | RtcpEncrypted);
        associated[..RtcpHeaderLength].CopyTo(destination);
        associated[RtcpHeaderLength..].CopyTo(destination[^SrtpProfiles.RtcpIndexLength..]);
        return _rtcp.Seal(
            nonce, associated, compound[RtcpHeaderLength..], destination[RtcpHeaderLength..^SrtpProfiles.RtcpIndexLength]);
    }

    public override bool OpenRtcp(Span<byte> packet, uint ssrc, uint indexWord)
    {
        Span<byte> nonce = stackalloc byte[GcmKey.NonceLength];
        SrtpIv.WriteGcm(_rtcpSalt, ssrc, indexWord & ~RtcpEncrypted, nonce);
        if ((indexWord & RtcpEncrypted) == 0)
        {
            return VerifyRtcp(nonce, packet);
        }

        Span<byte> associated = stackalloc byte[RtcpHeaderLength + SrtpProfiles.RtcpIndexLength];
        packet[..RtcpHeaderLength].CopyTo(associated);
        packet[^SrtpProfiles.RtcpIndexLength..].CopyTo(associated[RtcpHeaderLength..]);
        var ciphertext = packet[RtcpHeaderLength..^SrtpProfiles.RtcpIndexLength];
        return _rtcp.Open(nonce, associated, ciphertext, ciphertext[..^TagLength]);
    }

    public override uint ReadIndexWord(ReadOnlySpan<byte> packet) =>
        BinaryPrimitives.ReadUInt32BigEndian(packet[^SrtpProfiles.RtcpIndexLength..]);

    public override void Prefetch(int hop)
    {
        if (hop == 0)
        {
            CacheHint.Object(_rtp);
            CacheHint.Object(_rtpSalt);
        }
        else
        {
            _rtp.Prefetch();
        }
    }

    public override void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
        CryptographicOperations.ZeroMemory(_rtpSalt);
        CryptographicOperations.ZeroMemory(_rtcpSalt);
    }

    // RFC 7714 §9.3: without the E-bit everything but the tag is associated data. The tag stands between compound and index word,
    // which change places for as long as it takes.
    private bool VerifyRtcp(ReadOnlySpan<byte> nonce, Span<byte> packet)
    {
        Span<byte> trailer = stackalloc byte[TagLength + SrtpProfiles.RtcpIndexLength];
        var end = packet[^trailer.Length..];
        end.CopyTo(trailer);
        trailer[TagLength..].CopyTo(end);
        var right = _rtcp.Open(nonce, packet[..^TagLength], trailer[..TagLength], []);
        trailer.CopyTo(end);
        return right;
    }
}
