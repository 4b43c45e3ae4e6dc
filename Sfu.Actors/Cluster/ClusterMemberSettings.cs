namespace Sfu.Actors.Cluster;

/// <summary>Times of what nodes tell each other about themselves.</summary>
/// <param name="DumpDeadline">An answer about the cluster waits no longer for a node.</param>
internal sealed record ClusterMemberSettings(TimeSpan DumpDeadline)
{
    /// <summary>Others are told so often that they are followed.</summary>
    public TimeSpan FollowAgainAfter { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Who was not told for so long tells nothing any more.</summary>
    public TimeSpan FollowedFor { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Each is one more message for each thing that happens anywhere.</summary>
    public int MaxSubscribers { get; init; } = 1000;
}
