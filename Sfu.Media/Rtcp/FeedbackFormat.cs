namespace Sfu.Media.Rtcp;

/// <summary>FMT values of feedback messages; their meaning depends on the packet type.</summary>
public static class FeedbackFormat
{
    /// <summary>RTPFB, RFC 4585 §6.2.1.</summary>
    public const int GenericNack = 1;

    /// <summary>RTPFB, RFC 8888 §3.1.</summary>
    public const int CongestionControl = 11;

    /// <summary>RTPFB, draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1.</summary>
    public const int TransportCc = 15;

    /// <summary>PSFB, RFC 4585 §6.3.1.</summary>
    public const int PictureLossIndication = 1;

    /// <summary>PSFB, RFC 5104 §4.3.1.</summary>
    public const int FullIntraRequest = 4;

    /// <summary>PSFB, application layer feedback: REMB when its identifier says so.</summary>
    public const int ApplicationLayer = 15;
}
