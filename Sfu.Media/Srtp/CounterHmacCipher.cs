using System.Buffers.Binary;
using System.Security.Cryptography;
using Sfu.Media.Srtp.Kernels;

namespace Sfu.Media.Srtp;

/// <summary>AES_CM_128_HMAC_SHA1_80 and _32 (RFC 3711 §4.1.1 and §4.2.1).</summary>
internal sealed class CounterHmacCipher : SrtpCipher
{
    private const int RocLength = 4;

    private readonly CounterKey _rtp;
    private readonly CounterKey _rtcp;
    private readonly HmacSha1 _rtpMac;
    private readonly HmacSha1 _rtcpMac;
    private readonly byte[] _rtpSalt;
    private readonly byte[] _rtcpSalt;
    private readonly int _rtpTagLength;
    private readonly int _rtcpTagLength;

    /// <summary>Takes session keys and salts, already derived.</summary>
    public CounterHmacCipher(
        SrtpProfile profile,
        ReadOnlySpan<byte> rtpKey,
        ReadOnlySpan<byte> rtpSalt,
        ReadOnlySpan<byte> rtpMacKey,
        ReadOnlySpan<byte> rtcpKey,
        ReadOnlySpan<byte> rtcpSalt,
        ReadOnlySpan<byte> rtcpMacKey,
        CryptoPath path)
    {
        _rtp = CounterKey.Create(rtpKey, path);
        _rtcp = CounterKey.Create(rtcpKey, path);
        _rtpMac = new HmacSha1(rtpMacKey);
        _rtcpMac = new HmacSha1(rtcpMacKey);
        _rtpSalt = Pin(rtpSalt);
        _rtcpSalt = Pin(rtcpSalt);
        _rtpTagLength = profile.RtpTagLength();
        _rtcpTagLength = profile.RtcpTagLength();
    }

    public override int RtpOverhead => _rtpTagLength;

    public override int RtcpOverhead => SrtpProfiles.RtcpIndexLength + _rtcpTagLength;

    /// <summary>The derived salts, to be seen zeroed by tests.</summary>
    internal (byte[] Rtp, byte[] Rtcp) Salts => (_rtpSalt, _rtcpSalt);

    public override bool SealRtp(
        Span<byte> destination, int headerLength, ReadOnlySpan<byte> payload, uint ssrc, long index, SrtpTagBatch? batch)
    {
        var authenticated = destination[..^_rtpTagLength];
        if (!ApplyRtp(payload, ssrc, index, authenticated[headerLength..]))
        {
            return false;
        }

        Span<byte> roc = stackalloc byte[RocLength];
        WriteRoc(index, roc);
        var tag = destination[authenticated.Length..];
        if (batch is { CanDefer: true })
        {
            batch.Add(_rtpMac, authenticated, roc, tag);
        }
        else
        {
            _rtpMac.Compute(authenticated, roc, tag);
        }

        return true;
    }

    public override bool OpenRtp(Span<byte> packet, int headerLength, uint ssrc, long index)
    {
        var authenticated = packet[..^_rtpTagLength];
        var payload = authenticated[headerLength..];
        Span<byte> roc = stackalloc byte[RocLength];
        WriteRoc(index, roc);
        Span<byte> tag = stackalloc byte[_rtpTagLength];
        _rtpMac.Compute(authenticated, roc, tag);
        return CryptographicOperations.FixedTimeEquals(tag, packet[^_rtpTagLength..]) && ApplyRtp(payload, ssrc, index, payload);
    }

    // RFC 3711 §3.4: the index word follows the payload and is authenticated with it, the tag comes last.
    public override bool SealRtcp(ReadOnlySpan<byte> compound, uint ssrc, uint index, Span<byte> destination)
    {
        compound[..RtcpHeaderLength].CopyTo(destination);
        if (!ApplyRtcp(compound[RtcpHeaderLength..], ssrc, index, destination[RtcpHeaderLength..]))
        {
            return false;
        }

        BinaryPrimitives.WriteUInt32BigEndian(destination[compound.Length..], index | RtcpEncrypted);
        _rtcpMac.Compute(destination[..^_rtcpTagLength], [], destination[^_rtcpTagLength..]);
        return true;
    }

    public override bool OpenRtcp(Span<byte> packet, uint ssrc, uint indexWord)
    {
        Span<byte> tag = stackalloc byte[_rtcpTagLength];
        _rtcpMac.Compute(packet[..^_rtcpTagLength], [], tag);
        if (!CryptographicOperations.FixedTimeEquals(tag, packet[^_rtcpTagLength..]))
        {
            return false;
        }

        var payload = packet[RtcpHeaderLength..^RtcpOverhead];
        return (indexWord & RtcpEncrypted) == 0 || ApplyRtcp(payload, ssrc, indexWord & ~RtcpEncrypted, payload);
    }

    public override uint ReadIndexWord(ReadOnlySpan<byte> packet) => BinaryPrimitives.ReadUInt32BigEndian(packet[^RtcpOverhead..]);

    public override void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
        _rtpMac.Dispose();
        _rtcpMac.Dispose();
        CryptographicOperations.ZeroMemory(_rtpSalt);
        CryptographicOperations.ZeroMemory(_rtcpSalt);
    }

    // RFC 3711 §4.2: the MAC covers the packet and the ROC, which is not sent.
    private static void WriteRoc(long index, Span<byte> roc) => BinaryPrimitives.WriteUInt32BigEndian(roc, (uint)(index >> 16));

    private bool ApplyRtp(ReadOnlySpan<byte> input, uint ssrc, long index, Span<byte> output)
    {
        Span<byte> iv = stackalloc byte[CounterKey.BlockLength];
        SrtpIv.WriteCounterMode(_rtpSalt, ssrc, index, iv);
        return _rtp.Apply(iv, input, output);
    }

    private bool ApplyRtcp(ReadOnlySpan<byte> input, uint ssrc, uint index, Span<byte> output)
    {
        Span<byte> iv = stackalloc byte[CounterKey.BlockLength];
        SrtpIv.WriteCounterMode(_rtcpSalt, ssrc, index, iv);
        return _rtcp.Apply(iv, input, output);
    }
}
