using System.Collections.Immutable;
using Sfu.Media.Control;
using Sfu.Media.Ice;

namespace Sfu.Actors.Protocol;

/// <summary>What a WebRtcTransport is created with. A member that is null takes the node's default (<c>sfu.webrtc-transport</c>).</summary>
public sealed record WebRtcTransportOptions
{
    public static readonly WebRtcTransportOptions Default = new();

    /// <summary>The WebRtcServer to listen with; null: the node's own, unless there are <see cref="ListenInfos"/>.</summary>
    public ServerId? Server { get; init; }

    /// <summary>
    /// Where the transport listens by itself: it gets a private WebRtcServer that opens for it and closes with it. Instead of
    /// <see cref="Server"/>, not beside it. An address that cannot be bound refuses the transport.
    /// </summary>
    public ImmutableArray<ListenInfo>? ListenInfos { get; init; }

    public bool? EnableUdp { get; init; }

    public bool? EnableTcp { get; init; }

    public bool? PreferUdp { get; init; }

    public bool? PreferTcp { get; init; }

    /// <summary>Bit/s, at least 30,000.</summary>
    public int? InitialAvailableOutgoingBitrate { get; init; }

    /// <summary>Bit/s that the client is told to send at most; 0: no limit. <see cref="RouterProtocol.SetTransportBitrateLimits"/> changes it later.</summary>
    public int? MaxIncomingBitrate { get; init; }

    /// <summary>Seconds: 0 is off, otherwise 10 … 60.</summary>
    public int? IceConsentTimeout { get; init; }

    /// <summary>How many 5-tuples may be valid at once, UDP and TCP together.</summary>
    public int? MaxTuples { get; init; }

    /// <summary>What happens to one more.</summary>
    public TupleLimitPolicy? TuplePolicy { get; init; }

    public JsonText AppData { get; init; } = JsonText.EmptyObject;
}
