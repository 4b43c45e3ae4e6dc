using System.Buffers.Binary;
using System.Security.Cryptography;
using Sfu.Media.Interop;

namespace Sfu.Media.Srtp;

/// <summary>AEAD_AES_128_GCM and AEAD_AES_256_GCM (RFC 7714) by OpenSSL. The key's length tells which.</summary>
internal sealed class GcmCipher : SrtpCipher
{
    private const int TagLength = EvpCipherContext.GcmTagLength;

    private readonly EvpCipherContext _rtp;
    private readonly EvpCipherContext _rtcp;
    private readonly byte[] _rtpSalt;
    private readonly byte[] _rtcpSalt;

    /// <summary>Takes session keys and salts, already derived.</summary>
    public GcmCipher(
        ReadOnlySpan<byte> rtpKey,
        ReadOnlySpan<byte> rtpSalt,
        ReadOnlySpan<byte> rtcpKey,
        ReadOnlySpan<byte> rtcpSalt,
        bool seals)
    {
        _rtp = EvpCipherContext.ForGcm(rtpKey, seals);
        _rtcp = EvpCipherContext.ForGcm(rtcpKey, seals);
        _rtpSalt = Pin(rtpSalt);
        _rtcpSalt = Pin(rtcpSalt);
    }

    public override int RtpOverhead => TagLength;

    public override int RtcpOverhead => TagLength + SrtpProfiles.RtcpIndexLength;

    /// <summary>The derived salts, to be seen zeroed by tests.</summary>
    internal (byte[] Rtp, byte[] Rtcp) Salts => (_rtpSalt, _rtcpSalt);

    // RFC 7714 §8.2: the header is associated data, the tag follows the ciphertext.
    public override bool SealRtp(ReadOnlySpan<byte> packet, int headerLength, uint ssrc, long index, Span<byte> destination)
    {
        Span<byte> iv = stackalloc byte[EvpCipherContext.GcmIvLength];
        SrtpIv.WriteGcm(_rtpSalt, ssrc, index, iv);
        var header = packet[..headerLength];
        header.CopyTo(destination);
        return _rtp.Begin(iv)
            && _rtp.Associate(header)
            && _rtp.Transform(packet[headerLength..], destination[headerLength..])
            && _rtp.WriteTag(destination[packet.Length..]);
    }

    public override bool OpenRtp(Span<byte> packet, int headerLength, uint ssrc, long index)
    {
        Span<byte> iv = stackalloc byte[EvpCipherContext.GcmIvLength];
        SrtpIv.WriteGcm(_rtpSalt, ssrc, index, iv);
        var payload = packet[headerLength..^TagLength];
        return (_rtp.Begin(iv)
            && _rtp.Associate(packet[..headerLength])
            && _rtp.Transform(payload, payload)
            && _rtp.VerifyTag(packet[^TagLength..]))
            || Reject(payload);
    }

    // RFC 7714 §9.2: the first eight bytes and the index word are associated data; the word follows the tag.
    public override bool SealRtcp(ReadOnlySpan<byte> compound, uint ssrc, uint index, Span<byte> destination)
    {
        Span<byte> iv = stackalloc byte[EvpCipherContext.GcmIvLength];
        SrtpIv.WriteGcm(_rtcpSalt, ssrc, index, iv);
        var header = compound[..RtcpHeaderLength];
        header.CopyTo(destination);
        var word = destination[^SrtpProfiles.RtcpIndexLength..];
        BinaryPrimitives.WriteUInt32BigEndian(word, index | RtcpEncrypted);
        return _rtcp.Begin(iv)
            && _rtcp.Associate(header)
            && _rtcp.Associate(word)
            && _rtcp.Transform(compound[RtcpHeaderLength..], destination[RtcpHeaderLength..])
            && _rtcp.WriteTag(destination.Slice(compound.Length, TagLength));
    }

    // RFC 7714 §9.3: without the E-bit everything but the tag is associated data.
    public override bool OpenRtcp(Span<byte> packet, uint ssrc, uint indexWord)
    {
        Span<byte> iv = stackalloc byte[EvpCipherContext.GcmIvLength];
        SrtpIv.WriteGcm(_rtcpSalt, ssrc, indexWord & ~RtcpEncrypted, iv);
        var plainLength = packet.Length - RtcpOverhead;
        var readableLength = (indexWord & RtcpEncrypted) != 0 ? RtcpHeaderLength : plainLength;
        var payload = packet[readableLength..plainLength];
        return (_rtcp.Begin(iv)
            && _rtcp.Associate(packet[..readableLength])
            && _rtcp.Associate(packet[^SrtpProfiles.RtcpIndexLength..])
            && _rtcp.Transform(payload, payload)
            && _rtcp.VerifyTag(packet.Slice(plainLength, TagLength)))
            || Reject(payload);
    }

    public override uint ReadIndexWord(ReadOnlySpan<byte> packet) =>
        BinaryPrimitives.ReadUInt32BigEndian(packet[^SrtpProfiles.RtcpIndexLength..]);

    public override void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
        CryptographicOperations.ZeroMemory(_rtpSalt);
        CryptographicOperations.ZeroMemory(_rtcpSalt);
    }

    // Plaintext that was not authenticated is not left lying about (RFC 5116 §2.2), and an entry in this thread's OpenSSL error
    // queue does not reach a later SSL_get_error.
    private static bool Reject(Span<byte> payload)
    {
        payload.Clear();
        LibCrypto.ERR_clear_error();
        return false;
    }
}
