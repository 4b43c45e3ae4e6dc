namespace Sfu.Actors.Protocol;

/// <summary>What a transport is. Numbers are part of the wire format.</summary>
public enum TransportKind
{
    /// <summary>ICE, DTLS and SRTP towards a browser.</summary>
    WebRtc = 0,

    /// <summary>RTP as it comes, towards programs that speak neither ICE nor DTLS.</summary>
    Plain = 1,

    /// <summary>One end of a pipe between two Routers.</summary>
    Pipe = 2,
}
