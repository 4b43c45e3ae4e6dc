namespace Sfu.Actors.Cluster;

/// <summary>How far a Router's transports stay together (<c>sfu.cluster</c>).</summary>
/// <param name="FullPermille">So much in use, and a node is full: it takes what is new only when all are.</param>
/// <param name="MarginPermille">A full node that carries the Router is left only for one that is less in use by so much.</param>
public readonly record struct PlacementRules(int FullPermille, int MarginPermille)
{
    /// <summary>Nodes this close to the least used one are alike: gossip is older than the difference.</summary>
    public const int AlikePermille = 20;

    /// <summary>What a transport is expected to use of one media thread, until its node tells.</summary>
    public const int NewTransportPermille = 2;
}
