using Sfu.Media.Ice;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Serialization.Contract;

/// <summary>ORTC, ICE and DTLS parameters.</summary>
internal static class OrtcWire
{
    public static void AddTo(WireTableBuilder table) => table
        .Enumeration<MediaKind>()
        .Enumeration<ProducerType>()
        .Enumeration<ConsumerType>()
        .Enumeration<RtpHeaderExtensionDirection>()
        .Enumeration<DtlsRole>()
        .Record<WireParameter>("Name:1 Text:2 Number:3 Flag:4")
        .Collection<ParameterDictionary, WireParameter>("ParameterDictionary", WireParameter.Of, WireParameter.ToDictionary)
        .Record<RtcpFeedback>("Type:1 Parameter:2")
        .Record<RtcpParameters>("Cname:1 ReducedSize:2")
        .Record<RtpCodecCapability>("Kind:1 MimeType:2 PreferredPayloadType:3 ClockRate:4 Channels:5 Parameters:6 RtcpFeedback:7")
        .Record<RtpHeaderExtension>("Kind:1 Uri:2 PreferredId:3 PreferredEncrypt:4 Direction:5")
        .Record<RtpCapabilities>("Codecs:1 HeaderExtensions:2")
        .Record<RtpCodecParameters>("MimeType:1 PayloadType:2 ClockRate:3 Channels:4 Parameters:5 RtcpFeedback:6")
        .Record<RtpHeaderExtensionParameters>("Uri:1 Id:2 Encrypt:3 Parameters:4")
        .Record<RtpRtxParameters>("Ssrc:1")
        .Record<RtpEncodingParameters>("Ssrc:1 Rid:2 CodecPayloadType:3 Rtx:4 Dtx:5 ScalabilityMode:6 MaxBitrate:7")
        .Record<RtpParameters>("Mid:1 Codecs:2 HeaderExtensions:3 Encodings:4 Rtcp:5 Msid:6")
        .Record<RtpCodecMapping>("PayloadType:1 MappedPayloadType:2")
        .Record<RtpEncodingMapping>("Ssrc:1 Rid:2 ScalabilityMode:3 MappedSsrc:4")
        .Record<RtpMapping>("Codecs:1 Encodings:2")
        .Record<SrtpParameters>("CryptoSuite:1 KeyBase64:2")
        .Record<DtlsFingerprint>("Algorithm:1 Value:2")
        .Record<DtlsParameters>("Role:1 Fingerprints:2")
        .Enumeration<TransportProtocol>()
        .Enumeration<IceState>()
        .Enumeration<TupleLimitPolicy>()
        .Enumeration<TupleRemovalReason>()
        .Record<IceParameters>("UsernameFragment:1 Password:2 IceLite:3")
        .Record<IceCandidate>("Foundation:1 Priority:2 Ip:3 Address:4 Port:5 Protocol:6 Type:7 TcpType:8");
}
