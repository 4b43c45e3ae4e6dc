using Sfu.Media.Codecs;
using Sfu.Media.Ice;

namespace Sfu.Media.Forwarding;

/// <summary>How one engine reaches the others of its media plane, by their indexes. Its own thread only.</summary>
internal interface IEngineLinks
{
    /// <summary>Has the other engine carry out a command. Nothing is lost, and the commands of one engine to another keep their order.</summary>
    void Post(int engine, Action<MediaEngine> command);

    /// <summary>
    /// Passes a packet by reference; the receiver gets it with the others of its next batch, after <see cref="WakeReceivers"/> at the latest.
    /// False: too many wait there already, and the reference stays with the caller. Media is real-time: what cannot be passed is lost.
    /// </summary>
    bool TryPass(int engine, in PassedPacket packet);

    /// <summary>All of a batch has been passed: those who got something go to work on it, once.</summary>
    void WakeReceivers();
}

/// <summary>
/// What crosses from engine to engine: a pooled packet that the receiver holds from now on, of a producer or as it came from the network, or
/// a producer's clock.
/// </summary>
internal readonly record struct PassedPacket
{
    private const int None = -1;

    private PassedPacket(ConsumerGroup? group, in ArrivedPacket packet, in TransportTuple tuple, in SourceClock clock)
    {
        Group = group;
        Packet = packet;
        Tuple = tuple;
        Clock = clock;
    }

    /// <summary>Whose consumers it is for; null: it is a datagram.</summary>
    public ConsumerGroup? Group { get; }

    public ArrivedPacket Packet { get; }

    /// <summary>The path that a datagram came by.</summary>
    public TransportTuple Tuple { get; }

    public SourceClock Clock { get; }

    public bool IsClock => Packet.Index == None;

    /// <summary>A producer's packet, decrypted.</summary>
    public static PassedPacket OfProducer(ConsumerGroup group, in ArrivedPacket packet) => new(group, packet, default, default);

    public static PassedPacket OfClock(ConsumerGroup group, SourceClock clock) => new(group, new ArrivedPacket { Index = None }, default, clock);

    /// <summary>A datagram at this place in the pool.</summary>
    public static PassedPacket OfNetwork(in TransportTuple tuple, int index) => new(null, new ArrivedPacket { Index = index }, tuple, default);
}

/// <summary>A producer's packet on its way to the consumers.</summary>
/// <param name="Index">Its place in the pool.</param>
/// <param name="HeaderLength">Of the RTP header, in bytes.</param>
/// <param name="PaddingLength">Of the padding at the end, in bytes.</param>
/// <param name="PayloadType">The Router's.</param>
/// <param name="Stream">The place of its encoding among the producer's.</param>
/// <param name="Epoch">Counts the client's new beginnings: packets of one encoding and different epochs do not continue each other.</param>
/// <param name="PrimaryOffset">Where the primary block of a packet with redundancy (RFC 2198) begins in its payload; 0: it has none.</param>
/// <param name="PrimaryPayloadType">The Router's, of that block.</param>
/// <param name="Layers">Among the layers of the whole producer: an encoding of simulcast is a spatial layer. Padding belongs to none.</param>
internal readonly record struct ArrivedPacket(
    int Index,
    ushort HeaderLength,
    byte PaddingLength,
    byte PayloadType,
    byte Stream,
    byte PrimaryPayloadType,
    ushort PrimaryOffset,
    int Epoch,
    FrameLayers Layers);
