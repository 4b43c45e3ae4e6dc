using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Akka.Remote;
using Sfu.Actors.Node;

namespace Sfu.Actors.Cluster;

/// <summary>
/// Tells a member whose process has ended from one that hangs or is cut off. When a connection to a member breaks, its port is tried: where its
/// host says several times in a row that nobody listens there, the process is gone (<see cref="GoneMembers"/>), and the failure detector need
/// not wait for heartbeats. Any other outcome, silence too, says nothing.
/// </summary>
/// <remarks>
/// Nor need the membership wait until all see the same: what has ended is on no side of a partition. It is told at once where the greater part
/// of the members answers; elsewhere the split-brain resolver decides, as if it were a partition, since a firewall may refuse in another one's name.
/// Such a one refuses for many at once, of whom one is found first: so all other ports are tried before anybody is removed.
/// </remarks>
internal sealed class MemberProbeActor(IMembership membership, Func<Address, Task<bool>> isRefused) : UntypedActor, IWithTimers
{
    /// <summary>So often in a row, a program that closes its port and opens it again would have been seen.</summary>
    private const int Refusals = 3;

    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private readonly GoneMembers _gone = GoneMembers.Of(Context.System.EventStream);
    private readonly Dictionary<Address, int> _refused = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>For a member of a cluster.</summary>
    public static Props Props(Akka.Cluster.Cluster cluster) => Props(
        new ClusterMembership(cluster), static address => PortProbe.IsRefusedAsync(address.Host!, address.Port!.Value, _patience));

    /// <param name="membership">Whose members are probed.</param>
    /// <param name="isRefused">Whether the host of an address, which has host and port, says that nobody listens there.</param>
    public static Props Props(IMembership membership, Func<Address, Task<bool>> isRefused) =>
        ActorFactory<MemberProbeActor>.Props(() => new MemberProbeActor(membership, isRefused));

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(DisassociatedEvent));

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case DisassociatedEvent { RemoteAddress: { Host: not null, Port: not null } address }
                when !_refused.ContainsKey(address) && !_gone.Contains(address.ToString()) && membership.Members.Contains(address):
                _refused.Add(address, 0);
                Probe(address);
                break;
            case DisassociatedEvent:
                break;
            case Probed { IsRefused: true } probed when ++_refused[probed.Address] < Refusals:
                Timers.StartSingleTimer(probed.Address, new ProbeAgain(probed.Address), _interval);
                break;
            case Probed probed:
                _refused.Remove(probed.Address);
                if (probed.IsRefused)
                {
                    _log.Warning("The process of member [{0}] has ended: nobody listens at its port", probed.Address);
                    _gone.Add(probed.Address.ToString());
                    ProbeOthers(probed.Address);
                }

                break;
            case OthersProbed others:
                DownIfMostAnswer(others.Ended, others.Refused);
                break;
            case ProbeAgain again:
                Probe(again.Address);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void ProbeOthers(Address ended)
    {
        ImmutableArray<Address> others = [.. membership.Members.Where(member => !member.Equals(membership.Self) && !IsMissing(member))];
        Task.WhenAll(others.Select(isRefused)).PipeTo(
            Self,
            success: refused => new OthersProbed(ended, [.. others.Where((_, place) => refused[place])]),
            failure: _ => new OthersProbed(ended, others));
    }

    private void DownIfMostAnswer(Address ended, ImmutableArray<Address> refused)
    {
        var members = membership.Members;
        if (!members.Contains(ended))
        {
            // Somebody else was quicker.
            return;
        }

        var answer = members.Count(member => !IsMissing(member) && !refused.Contains(member));
        if (2 * answer > members.Count)
        {
            membership.Down(ended);
        }
        else
        {
            _log.Warning("No more than {0} of {1} members answer: who is removed is the split-brain resolver's to decide", answer, members.Count);
        }
    }

    private bool IsMissing(Address member) => membership.Unreachable.Contains(member) || _gone.Contains(member.ToString());

    private void Probe(Address address) => isRefused(address)
        .PipeTo(Self, success: refused => new Probed(address, refused), failure: _ => new Probed(address, IsRefused: false));

    private sealed record Probed(Address Address, bool IsRefused) : INoSerializationVerificationNeeded;

    /// <param name="Ended">Who is to be removed.</param>
    /// <param name="Refused">Others at whose ports nobody listens.</param>
    private sealed record OthersProbed(Address Ended, ImmutableArray<Address> Refused) : INoSerializationVerificationNeeded;

    private sealed record ProbeAgain(Address Address) : INoSerializationVerificationNeeded;
}
