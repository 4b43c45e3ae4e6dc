using Sfu.Media.Ice;
using Sfu.Media.Stun;
using Sfu.Media.Wire;
using Sfu.Tests.Support;
using Sfu.Tests.Unit.Ice;

namespace Sfu.Tests.Loopback;

/// <summary>Two agents behind one socket, found by the ufrag in the request as a node finds them.</summary>
public sealed class IceTupleReuseSpecs
{
    private readonly UfragDirectory<Side> _directory = new();
    private readonly Dictionary<TransportTuple, Side> _paths = [];
    private readonly SeededRandom _random = new(7);

    [Fact]
    public void A_5_tuple_reused_with_another_ufrag_binds_to_the_new_transport()
    {
        var old = new Side(this);
        var young = new Side(this);
        var path = IceWorld.Path(1);
        Receive(old.Agent.Local, path);
        Assert.Same(old, _paths[path]);

        Receive(young.Agent.Local, path);
        Assert.Same(young, _paths[path]);
        Assert.Equal(IceState.Completed, young.Agent.State);
        Assert.False(old.Agent.HasTuple(path));
        Assert.Equal(IceState.Disconnected, old.Agent.State);
        Assert.Equal(TupleRemovalReason.TakenOver, old.LastRemoval);
    }

    [Fact]
    public void Nothing_is_left_when_both_have_closed()
    {
        var old = new Side(this);
        var young = new Side(this);
        Receive(old.Agent.Local, IceWorld.Path(1));
        Receive(young.Agent.Local, IceWorld.Path(1));
        Receive(old.Agent.Local, IceWorld.Path(2));
        old.Agent.Restart(IceCredentials.Create(_random));
        old.Agent.Close();
        Assert.Same(young, _paths[IceWorld.Path(1)]);
        young.Agent.Close();
        Assert.Empty(_paths);
        Assert.Equal(0, _directory.Count);
    }

    private void Receive(IceCredentials credentials, in TransportTuple path)
    {
        Span<byte> transactionId = stackalloc byte[12];
        _random.Fill(transactionId);
        Span<byte> request = stackalloc byte[256];
        var check = new IceCheckRequest { Remote = credentials, LocalUfrag = "peer", UseCandidate = true };
        request = request[..check.Write(request, transactionId)];
        Assert.True(StunMessage.TryGetLocalUfrag(request, out var ufrag));
        Assert.True(_directory.TryGet(ufrag, out var side));
        Assert.NotEqual(0, side.Agent.ProcessRequest(request, path, MediaTime.FromSeconds(1), new byte[IceLiteAgent.MaxResponseBytes]));
    }

    private sealed class Side : IIceListener
    {
        private readonly IceTupleReuseSpecs _node;

        public Side(IceTupleReuseSpecs node)
        {
            _node = node;
            Agent = new IceLiteAgent(IceAgentSettings.Default, IceCredentials.Create(node._random), this);
        }

        public IceLiteAgent Agent { get; }

        public TupleRemovalReason? LastRemoval { get; private set; }

        public void LocalUfragAdded(string ufrag) => Assert.True(_node._directory.TryAdd(ufrag, this));

        public void LocalUfragRemoved(string ufrag) => Assert.True(_node._directory.Remove(ufrag));

        public void TupleAdded(in TransportTuple tuple)
        {
            if (_node._paths.Remove(tuple, out var holder))
            {
                holder.Agent.RemoveTuple(tuple, MediaTime.FromSeconds(1), TupleRemovalReason.TakenOver);
            }

            _node._paths[tuple] = this;
        }

        public void TupleRemoved(in TransportTuple tuple, TupleRemovalReason reason)
        {
            LastRemoval = reason;
            if (_node._paths.TryGetValue(tuple, out var holder) && holder == this)
            {
                _node._paths.Remove(tuple);
            }
        }

        public void SelectedTupleChanged(TransportTuple? tuple)
        {
        }

        public void StateChanged(IceState state)
        {
        }
    }
}
