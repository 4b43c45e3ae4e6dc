using System.Net;
using Sfu.Media.Ice;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Ice;

public sealed class TransportTupleSpecs
{
    private static readonly TransportTuple Sample = new(
        TransportProtocol.Udp, 3, IpEndpoint.From(IPAddress.Parse("192.0.2.1"), 44_444), IpEndpoint.From(IPAddress.Parse("198.51.100.7"), 5000));

    [Fact]
    public void Tuples_are_equal_when_every_field_is()
    {
        var same = new TransportTuple(
            TransportProtocol.Udp, 3, IpEndpoint.From(IPAddress.Parse("192.0.2.1"), 44_444), IpEndpoint.From(IPAddress.Parse("198.51.100.7"), 5000));
        Assert.Equal(Sample, same);
        Assert.Equal(Sample.GetHashCode(), same.GetHashCode());
        Assert.Equal(Sample.Id, same.Id);
    }

    [Fact]
    public void A_difference_in_any_field_is_another_path()
    {
        TransportTuple[] others =
        [
            Sample with { Protocol = TransportProtocol.Tcp },
            Sample with { LocalSocket = 4 },
            Sample with { Local = IpEndpoint.From(IPAddress.Parse("192.0.2.2"), 44_444) },
            Sample with { Local = IpEndpoint.From(IPAddress.Parse("192.0.2.1"), 44_445) },
            Sample with { Remote = IpEndpoint.From(IPAddress.Parse("198.51.100.8"), 5000) },
            Sample with { Remote = IpEndpoint.From(IPAddress.Parse("198.51.100.7"), 5001) },
            Sample with { Remote = IpEndpoint.From(IPAddress.Parse("2001:db8::198.51.100.7"), 5000) },
        ];
        Assert.All(others, other => Assert.NotEqual(Sample, other));
        Assert.Equal(others.Length, others.Distinct().Count());
    }

    [Fact]
    public void Maps_keep_tuples_apart_when_all_their_hashes_collide()
    {
        var map = new Dictionary<TransportTuple, int>(new CollidingComparer());
        for (var i = 0; i < 500; i++)
        {
            map.Add(IceWorld.Path(i), i);
        }

        for (var i = 0; i < 500; i++)
        {
            Assert.Equal(i, map[IceWorld.Path(i)]);
        }
    }

    [Fact]
    public void An_agent_keeps_tuples_of_the_same_hash_apart()
    {
        // 400,000 draws from 2^32 hash values hold about 18 pairs; the hash has a per-process seed, so they are searched for here.
        var random = new SeededRandom(4);
        var seen = new Dictionary<int, TransportTuple>();
        var collisions = 0;
        for (var i = 0; i < 400_000; i++)
        {
            var tuple = Sample with { Remote = IpEndpoint.FromIPv4(random.NextUInt32(), random.NextUInt16()) };
            if (seen.TryAdd(tuple.GetHashCode(), tuple) || seen[tuple.GetHashCode()] == tuple)
            {
                continue;
            }

            collisions++;
            var other = seen[tuple.GetHashCode()];
            var world = new IceWorld();
            world.Check(other);
            Assert.False(world.Agent.HasTuple(tuple));
            world.Agent.NoteMedia(tuple, world.Now);
            world.Agent.RemoveTuple(tuple, world.Now);
            Assert.Equal(other, world.Agent.SelectedTuple);
            world.Check(tuple);
            Assert.Equal([other, tuple], world.Agent.Tuples);
        }

        Assert.NotEqual(0, collisions);
    }

    private sealed class CollidingComparer : IEqualityComparer<TransportTuple>
    {
        public bool Equals(TransportTuple x, TransportTuple y) => x == y;

        public int GetHashCode(TransportTuple obj) => 42;
    }
}
