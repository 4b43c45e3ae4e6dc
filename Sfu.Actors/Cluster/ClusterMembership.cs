using Akka.Actor;
using Akka.Cluster;

namespace Sfu.Actors.Cluster;

/// <summary>The membership that Akka keeps.</summary>
internal sealed class ClusterMembership(Akka.Cluster.Cluster cluster) : IMembership
{
    public Address Self => cluster.SelfAddress;

    public IReadOnlyCollection<Address> Members =>
        [.. cluster.State.Members.Where(member => member.Status is (MemberStatus.Up or MemberStatus.WeaklyUp)).Select(member => member.Address)];

    public IReadOnlyCollection<Address> Unreachable => [.. cluster.State.Unreachable.Select(member => member.Address)];

    public void Down(Address address) => cluster.Down(address);
}
