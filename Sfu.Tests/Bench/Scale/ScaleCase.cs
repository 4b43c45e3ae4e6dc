namespace Sfu.Bench.Scale;

/// <summary>One room in a cluster that carries others as well.</summary>
/// <param name="Nodes">Alike.</param>
/// <param name="Subscribers">Of the room; each gets every speaker's video.</param>
/// <param name="Speakers">Of the room; they come first.</param>
/// <param name="Tree">Pipes form a relay tree where a node would send too many; otherwise the speaker's node sends to every other one.</param>
internal sealed record ScaleCase(int Nodes, int Subscribers, int Speakers, bool Tree)
{
    /// <summary>Media threads of a node.</summary>
    public const int Threads = 4;

    /// <summary>Packets per second of one stream: 2.5 Mbit/s.</summary>
    public const int StreamPackets = 300;

    /// <summary>Of what a node stands, the most that it shall send to other nodes.</summary>
    public const double PipeShare = 0.2;

    /// <summary>Rounds of gossip within which the room fills.</summary>
    public const int Rounds = 200;

    /// <summary>Clients of large rooms are placed so many at a time: together they are expected to use less than what makes two nodes differ.</summary>
    public int Bundle => Subscribers < 100_000 ? 1 : 10;
}
