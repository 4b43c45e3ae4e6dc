using System.Collections.Immutable;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Observers;

/// <summary>Who has the floor.</summary>
internal sealed class ActiveSpeakerObserver : IRtpObserver
{
    private readonly RouterId _router;
    private readonly ObserverId _id;
    private readonly ActiveSpeakerObserverOptions _options;
    private readonly Dictionary<ProducerId, Heard> _producers = [];
    private ProducerId? _dominant;

    private ActiveSpeakerObserver(RouterId router, ObserverId id, ActiveSpeakerObserverOptions options)
    {
        _router = router;
        _id = id;
        _options = options;
    }

    public TimeSpan Interval => TimeSpan.FromMilliseconds(_options.IntervalMs);

    /// <summary>Null when the options make no sense.</summary>
    public static ActiveSpeakerObserver? TryCreate(RouterId router, ObserverId id, ActiveSpeakerObserverOptions? options)
    {
        options ??= new ActiveSpeakerObserverOptions();
        return options.IntervalMs is >= 100 and <= 5000 ? new ActiveSpeakerObserver(router, id, options) : null;
    }

    public void Add(ProducerId producer, PeerId? peer) => _producers[producer] = new Heard { Peer = peer };

    public void Remove(ProducerId producer)
    {
        _producers.Remove(producer);
        if (_dominant == producer)
        {
            _dominant = null;
        }
    }

    public void Reset()
    {
        _dominant = null;
        foreach (var heard in _producers.Values)
        {
            heard.Sum = heard.Count = 0;
        }
    }

    public void Hear(ProducerId producer, ImmutableArray<byte> levels, TimeSpan now)
    {
        if (_producers.TryGetValue(producer, out var heard))
        {
            foreach (var level in levels)
            {
                heard.Sum += 127 - level;
                heard.Count++;
            }
        }
    }

    public ISessionEvent? Decide(TimeSpan now)
    {
        var loudest = _producers.Where(entry => entry.Value.Sum > 0).OrderByDescending(entry => entry.Value.Sum).FirstOrDefault();
        foreach (var heard in _producers.Values)
        {
            heard.Sum = heard.Count = 0;
        }

        if (loudest.Value is null || _dominant == loudest.Key)
        {
            return null;
        }

        _dominant = loudest.Key;
        return new ObserverEvents.DominantSpeakerChanged(_router, _id, loudest.Key, loudest.Value.Peer);
    }

    private sealed class Heard
    {
        public PeerId? Peer;
        public int Sum;
        public int Count;
    }
}
