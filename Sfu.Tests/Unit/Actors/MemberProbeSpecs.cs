using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Akka.Remote;
using Akka.TestKit.Xunit2;
using Sfu.Actors.Cluster;
using Sfu.Actors.Hosting;

namespace Sfu.Tests.Unit.Actors;

/// <summary>A member whose process has ended is told from one that is only silent.</summary>
public sealed class MemberProbeSpecs : TestKit
{
    private static readonly Address _here = Address.Parse("akka.tcp://sfu@192.0.2.1:4053");
    private static readonly Address _member = Address.Parse("akka.tcp://sfu@192.0.2.2:4053");
    private static readonly Address _stranger = Address.Parse("akka.tcp://sfu@192.0.2.99:4053");
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private readonly Queue<TaskCompletionSource<bool>> _probes = [];
    private readonly GoneMembers _gone;
    private readonly FakeMembership _membership = new();
    private IActorRef _actor = ActorRefs.Nobody;
    private Address[] _refusing = [];

    public MemberProbeSpecs() => _gone = GoneMembers.Of(Sys.EventStream);

    [Fact]
    public void Member_is_gone_when_its_port_is_closed_several_times_in_a_row()
    {
        Start();
        Break(_member);
        Answer(true);
        Break(_member); // Each try of remoting to connect again is a break, too.
        Answer(true);
        Assert.False(_gone.Contains(_member.ToString()));
        Answer(true);
        Await(() => _gone.Contains(_member.ToString()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true, false)]
    [InlineData(true, true, false)]
    public void Member_is_not_gone_when_somebody_listens_or_nothing_is_known(params bool[] answers)
    {
        Start();
        Break(_member);
        foreach (var refused in answers)
        {
            Answer(refused);
        }

        // The next break finds it as if nothing had been: it takes all refusals anew.
        AwaitAssert(() => { Break(_member); Assert.True(IsAsked()); }, _patience);
        Answer(true);
        Answer(true);
        Assert.False(_gone.Contains(_member.ToString()));
    }

    [Theory]
    [InlineData(3, 0, 0, true)]
    [InlineData(2, 0, 0, false)] // Half is not more than half: the other half may think the same.
    [InlineData(4, 1, 0, false)]
    [InlineData(5, 1, 0, true)]
    [InlineData(5, 0, 1, true)]
    [InlineData(5, 0, 2, false)] // The lesser side of a firewall that refuses: one by one, each would seem to be the only one.
    public async Task Member_that_is_gone_is_removed_where_the_greater_part_answers(int members, int unreachable, int refusing, bool isRemoved)
    {
        Address[] all = [_here, _member, .. Enumerable.Range(3, members - 2).Select(i => Address.Parse($"akka.tcp://sfu@192.0.2.{i}:4053"))];
        _membership.Members = all;
        _membership.Unreachable = all[(members - unreachable)..];
        _refusing = all[2..(2 + refusing)];
        Start();
        MemberEnds();
        if (isRemoved)
        {
            Assert.Equal(_member, await _membership.Downed.Task.WaitAsync(_patience));
        }
        else
        {
            // At the break, to ask the others, and to decide.
            Await(() => _membership.TimesRead == 3);
            Settle();
            Assert.False(_membership.Downed.Task.IsCompleted);
        }
    }

    [Fact]
    public void Who_is_no_member_is_not_probed()
    {
        Start();
        Break(_stranger);
        Break(_member);
        Await(IsAsked);
        lock (_probes)
        {
            Assert.Single(_probes);
        }
    }

    [Fact]
    public void Detector_believes_it_until_a_heartbeat_comes()
    {
        var config = SfuConfiguration.AkkaReference.WithFallback(ConfigurationFactory.FromResource<Cluster>("Akka.Cluster.Configuration.Cluster.conf"));
        var registry = new DefaultFailureDetectorRegistry<Address>(() => FailureDetectorLoader.Load(
            config.GetString("akka.cluster.failure-detector.implementation-class"), config.GetConfig("akka.cluster.failure-detector"), Sys));
        registry.Heartbeat(_here);
        registry.Heartbeat(_member);
        Assert.True(registry.IsAvailable(_member));

        _gone.Add(_member.ToString());
        Assert.False(registry.IsAvailable(_member));
        Assert.True(registry.IsAvailable(_here));

        registry.Heartbeat(_member);
        Assert.True(registry.IsAvailable(_member));
    }

    [Fact]
    public async Task Port_is_refused_when_nobody_listens_and_not_when_a_process_hangs()
    {
        // Nobody accepts: the kernel does.
        using var hanging = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        hanging.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)hanging.LocalEndPoint!).Port;
        Assert.True(await PortProbe.IsRefusedAsync("127.0.0.1", port, _patience));
        hanging.Listen();
        Assert.False(await PortProbe.IsRefusedAsync("127.0.0.1", port, _patience));
        Assert.False(await PortProbe.IsRefusedAsync("no-such-host.invalid", port, _patience));
    }

    private void Start()
    {
        // Only of interest once it has subscribed.
        _actor = Sys.ActorOf(MemberProbeActor.Props(_membership, Ask));
        Settle();
    }

    private void Settle()
    {
        _actor.Tell(new Identify(1), TestActor);
        ExpectMsg<ActorIdentity>();
    }

    /// <summary>Akka would look once in two seconds.</summary>
    private void Await(Func<bool> condition) => AwaitCondition(condition, _patience, TimeSpan.FromMilliseconds(20));

    private void MemberEnds()
    {
        Break(_member);
        for (var i = 0; i < 3; i++)
        {
            Answer(true);
        }
    }

    private void Break(Address address) => Sys.EventStream.Publish(new DisassociatedEvent(_here, address, inbound: false));

    private Task<bool> Ask(Address address)
    {
        if (!address.Equals(_member))
        {
            Assert.NotEqual(_here, address);
            return Task.FromResult(_refusing.Contains(address));
        }

        var answer = new TaskCompletionSource<bool>();
        lock (_probes)
        {
            _probes.Enqueue(answer);
        }

        return answer.Task;
    }

    private bool IsAsked()
    {
        lock (_probes)
        {
            return _probes.Count > 0;
        }
    }

    private void Answer(bool refused)
    {
        Await(IsAsked);
        lock (_probes)
        {
            _probes.Dequeue().SetResult(refused);
        }
    }

    private sealed class FakeMembership : IMembership
    {
        private int _timesRead;

        public Address Self => _here;

        public IReadOnlyCollection<Address> Members
        {
            get
            {
                Interlocked.Increment(ref _timesRead);
                return field;
            }

            set;
        }
        = [_here, _member];

        public int TimesRead => Volatile.Read(ref _timesRead);

        public IReadOnlyCollection<Address> Unreachable { get; set; } = [];

        public TaskCompletionSource<Address> Downed { get; } = new();

        public void Down(Address address) => Downed.SetResult(address);
    }
}
