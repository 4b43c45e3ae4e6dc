using System.Collections.Immutable;
using Sfu.Actors.Observers;
using Sfu.Actors.Protocol;

namespace Sfu.Tests.Unit.Actors;

/// <summary>What observers make of levels that come in batches, in a time of their own.</summary>
public sealed class RtpObserverSpecs
{
    private static readonly RouterId _router = new("room");
    private static readonly ObserverId _id = new("observer");
    private static readonly ProducerId _ada = new("ada");
    private static readonly ProducerId _bob = new("bob");
    private static readonly ImmutableArray<byte> _speech = [15, 20, 18, 25, 17, 16, 22, 19, 21, 18];
    private static readonly ImmutableArray<byte> _quiet = [120, 127, 127, 125, 127, 127, 127, 126, 127, 127];

    private TimeSpan _now = TimeSpan.FromMinutes(1);

    [Fact]
    public void Batches_of_levels_are_speech_as_single_ones_are()
    {
        var observer = ActiveSpeakerObserver.TryCreate(_router, _id, null, _now)!;
        observer.Add(_ada, new PeerId("a"), _now);
        observer.Add(_bob, new PeerId("b"), _now);
        Assert.Equal([_ada], Talk(observer, seconds: 3, ada: _speech, bob: _quiet));
        Assert.Equal([_bob], Talk(observer, seconds: 3, ada: _quiet, bob: _speech));
        Assert.Empty(Talk(observer, seconds: 3, ada: _quiet, bob: _quiet));
    }

    [Fact]
    public void Loudness_is_averaged_and_the_loudest_comes_first()
    {
        var observer = AudioLevelObserver.TryCreate(_router, _id, new AudioLevelObserverOptions(MaxEntries: 2, IntervalMs: 1000), _now)!;
        observer.Add(_ada, new PeerId("a"), _now);
        observer.Add(_bob, null, _now);
        observer.Hear(_ada, [.. Enumerable.Repeat((byte)40, 20)], _now);
        observer.Hear(_bob, [.. Enumerable.Repeat((byte)30, 10), .. Enumerable.Repeat((byte)40, 10)], _now);
        _now += observer.Interval;
        var told = Assert.IsType<ObserverEvents.VolumesMeasured>(observer.Decide(_now));
        Assert.Equal([new ProducerVolume(_bob, null, -35), new ProducerVolume(_ada, new PeerId("a"), -40)], told.Volumes.AsEnumerable());
        _now += observer.Interval;
        Assert.IsType<ObserverEvents.SilenceFell>(observer.Decide(_now));
        _now += observer.Interval;
        Assert.Null(observer.Decide(_now));
    }

    /// <summary>Who got the floor on the way. Levels come five times a second, decisions whenever they are due.</summary>
    private List<ProducerId> Talk(ActiveSpeakerObserver observer, int seconds, ImmutableArray<byte> ada, ImmutableArray<byte> bob)
    {
        var told = new List<ProducerId>();
        for (var i = 0; i < seconds * 5; i++)
        {
            _now += TimeSpan.FromMilliseconds(200);
            observer.Hear(_ada, ada, _now);
            observer.Hear(_bob, bob, _now);
            if (observer.Decide(_now) is ObserverEvents.DominantSpeakerChanged changed)
            {
                told.Add(changed.ProducerId);
            }
        }

        return told;
    }
}
