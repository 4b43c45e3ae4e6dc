using Akka.Actor;

namespace Sfu.Actors.Cluster;

/// <summary>Who belongs to the cluster, as this node sees it. Any thread.</summary>
internal interface IMembership
{
    /// <summary>This node.</summary>
    Address Self { get; }

    /// <summary>Members that take part, this node among them: neither on their way in nor out.</summary>
    IReadOnlyCollection<Address> Members { get; }

    /// <summary>Those that do not answer.</summary>
    IReadOnlyCollection<Address> Unreachable { get; }

    /// <summary>Has a member removed: it has ended.</summary>
    void Down(Address address);
}
