using Sfu.Media.Ice;
using Sfu.Media.Stun;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Ice;

public sealed class IceAgentRobustnessSpecs
{
    private const int IntegrityTailBytes = 8; // FINGERPRINT, header included.

    private readonly byte[] _response = new byte[IceLiteAgent.MaxResponseBytes];

    [Fact]
    public void A_request_cut_at_any_byte_changes_nothing()
    {
        var world = Connected();
        var request = world.Request(useCandidate: true, nomination: 9);
        var before = world.Describe();
        for (var length = 0; length < request.Length; length++)
        {
            var cut = request[..length];
            Assert.Equal(0, world.Agent.ProcessRequest(cut, IceWorld.Path(5), world.Now, _response));
            if (length >= 20)
            {
                cut[2] = 0;
                cut[3] = (byte)(length - 20);
                world.Agent.ProcessRequest(cut, IceWorld.Path(5), world.Now, _response);
            }

            Assert.Equal(before, world.Describe());
        }
    }

    [Fact]
    public void Mutated_requests_never_throw_and_change_nothing_unless_they_prove_the_password()
    {
        var world = Connected();
        var request = world.Request(useCandidate: true, nomination: 9);
        var before = world.Describe();
        var answered = 0;
        for (var i = 0; i < 40_000; i++)
        {
            var bytes = Mutate(world, request, repairFingerprint: i % 2 == 0);
            var written = world.Agent.ProcessRequest(bytes, IceWorld.Path(5), world.Now, _response);
            Assert.InRange(written, 0, IceLiteAgent.MaxResponseBytes);
            answered += written > 0 ? 1 : 0;
            var after = world.Describe();
            if (after == before)
            {
                continue;
            }

            var covered = request.Length - IntegrityTailBytes;
            Assert.True(request.AsSpan(0, covered).SequenceEqual(bytes.AsSpan(0, Math.Min(covered, bytes.Length))));
            world = Connected();
            request = world.Request(useCandidate: true, nomination: 9);
            before = world.Describe();
        }

        Assert.True(answered > 1000, $"Only {answered} mutations got past the fingerprint.");
    }

    [Fact]
    public void Random_streams_of_everything_keep_the_agent_consistent()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var settings = new IceAgentSettings
            {
                MaxTuples = 1 + (seed % 5),
                TupleLimitPolicy = seed % 2 == 0 ? TupleLimitPolicy.Evict : TupleLimitPolicy.Reject,
            };
            var world = new IceWorld(settings, seed);
            var model = new EventModel(world.First.Ufrag);
            for (var step = 0; step < 500; step++)
            {
                Step(world);
                model.Apply(world.Listener.Take());
                model.AssertMatches(world, settings.MaxTuples);
            }

            world.Agent.Close();
            model.Apply(world.Listener.Take());
            model.AssertNothingLeft();
        }
    }

    [Fact]
    public void A_repeated_check_allocates_nothing()
    {
        var world = Connected();
        var request = world.Request();
        var tuple = IceWorld.Path(1);
        Assert.NotEqual(0, world.Agent.ProcessRequest(request, tuple, world.Now, _response));
        Assert.Equal(0, AllocationProbe.Measure(round =>
        {
            world.Agent.ProcessRequest(request, tuple, world.Now, _response);
            world.Agent.NoteMedia(tuple, world.Now);
            _ = world.Agent.HasTuple(tuple);
            world.Agent.OnTimeout(world.Now);
            _ = world.Agent.NextTimeout;
        }));
    }

    [Fact]
    public void A_flood_of_unproven_requests_allocates_nothing()
    {
        var world = Connected();
        var forged = world.Request(credentials: new IceCredentials(world.First.Ufrag, new string('x', 32)));
        var paths = Enumerable.Range(0, 1000).Select(i => IceWorld.Path(i)).ToArray();
        Assert.Equal(0, AllocationProbe.Measure(i => world.Agent.ProcessRequest(forged, paths[i % paths.Length], world.Now, _response)));
        Assert.Equal([1, 2], world.Paths);
    }

    private static IceWorld Connected()
    {
        var world = new IceWorld();
        world.Check(1);
        world.Check(2);
        world.Listener.Take();
        return world;
    }

    private static byte[] Mutate(IceWorld world, byte[] request, bool repairFingerprint)
    {
        var bytes = request.ToArray();
        for (var n = world.Random.Next(3); n >= 0; n--)
        {
            bytes[world.Random.Next(bytes.Length)] = (byte)world.Random.Next(256);
        }

        if (repairFingerprint)
        {
            var crc = StunFingerprint.Compute(bytes.AsSpan(0, bytes.Length - IntegrityTailBytes));
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(bytes.Length - 4), crc);
        }

        return bytes;
    }

    private static void Step(IceWorld world)
    {
        var path = world.Random.Next(9);
        switch (world.Random.Next(12))
        {
            case < 6:
                world.Check(
                    path,
                    useCandidate: world.Random.Next(4) == 0,
                    nomination: world.Random.Next(4) == 0 ? (uint)world.Random.Next(6) : null,
                    credentials: world.Random.Next(3) == 0 ? world.Agent.Previous : null);
                break;
            case 6:
                world.Agent.NoteMedia(IceWorld.Path(path), world.Now);
                break;
            case 7:
                world.Agent.RemoveTuple(IceWorld.Path(path), world.Now);
                break;
            case 8 when world.Random.Next(4) == 0:
                world.Agent.Restart(IceCredentials.Create(world.Random));
                break;
            case 9:
                world.Advance(world.Random.Next(40));
                break;
            default:
                world.Advance(world.Random.NextDouble());
                break;
        }
    }

    /// <summary>What someone knows of an agent by its events alone.</summary>
    private sealed class EventModel(string firstUfrag)
    {
        private readonly HashSet<string> _ufrags = [firstUfrag];
        private readonly HashSet<int> _paths = [];
        private int? _selected;
        private string _state = nameof(IceState.New);

        public void Apply(string[] events)
        {
            foreach (var e in events)
            {
                var words = e.Split(' ');
                switch (words[0])
                {
                    case "ufrag+":
                        Assert.True(_ufrags.Add(words[1]));
                        break;
                    case "ufrag-":
                        Assert.True(_ufrags.Remove(words[1]));
                        break;
                    case "tuple+":
                        Assert.True(_paths.Add(Number(words[1])));
                        break;
                    case "tuple-":
                        Assert.True(_paths.Remove(Number(words[1])));
                        break;
                    case "selected":
                        var selected = words[1] == "none" ? (int?)null : Number(words[1]);
                        Assert.NotEqual(_selected, selected);
                        Assert.True(selected is null || _paths.Contains(selected.Value));
                        _selected = selected;
                        break;
                    case "state":
                        Assert.NotEqual(_state, words[1]);
                        _state = words[1];
                        break;
                }
            }
        }

        public void AssertMatches(IceWorld world, int maxTuples)
        {
            Assert.Equal(_paths.Order(), world.Paths.Order());
            Assert.InRange(world.Paths.Length, 0, maxTuples);
            Assert.Equal(_selected, world.Selected);
            Assert.Equal(_state, world.Agent.State.ToString());
            Assert.Equal(world.Agent.State is IceState.Connected or IceState.Completed, _selected is not null);
            Assert.Equal(
                new[] { world.Agent.Local.Ufrag, world.Agent.Previous?.Ufrag }.Where(u => u is not null).Order(StringComparer.Ordinal),
                _ufrags.Order(StringComparer.Ordinal));
        }

        public void AssertNothingLeft()
        {
            Assert.Empty(_ufrags);
            Assert.Empty(_paths);
            Assert.Null(_selected);
            Assert.Equal(nameof(IceState.Closed), _state);
        }

        private static int Number(string word) => int.Parse(word, System.Globalization.CultureInfo.InvariantCulture);
    }
}
