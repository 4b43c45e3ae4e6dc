using System.Collections.Immutable;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Observers;

/// <summary>Who was loud, interval by interval: the average of each Producer that was heard enough.</summary>
internal sealed class AudioLevelObserver : IRtpObserver
{
    /// <summary>Fewer packets in an interval say nothing.</summary>
    private const int MinLevels = 10;

    private readonly RouterId _router;
    private readonly ObserverId _id;
    private readonly AudioLevelObserverOptions _options;
    private readonly Dictionary<ProducerId, Heard> _producers = [];
    private bool _silent = true;

    private AudioLevelObserver(RouterId router, ObserverId id, AudioLevelObserverOptions options)
    {
        _router = router;
        _id = id;
        _options = options;
    }

    public TimeSpan Interval => TimeSpan.FromMilliseconds(_options.IntervalMs);

    /// <summary>Null when the options make no sense.</summary>
    public static AudioLevelObserver? TryCreate(RouterId router, ObserverId id, AudioLevelObserverOptions? options)
    {
        options ??= new AudioLevelObserverOptions();
        return options is { MaxEntries: >= 1, Threshold: >= -127 and <= 0, IntervalMs: >= 250 and <= 5000 }
            ? new AudioLevelObserver(router, id, options)
            : null;
    }

    public void Add(ProducerId producer, PeerId? peer) => _producers[producer] = new Heard { Peer = peer };

    public void Remove(ProducerId producer) => _producers.Remove(producer);

    public void Reset()
    {
        _silent = true;
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
                heard.Sum += level;
                heard.Count++;
            }
        }
    }

    public ISessionEvent? Decide(TimeSpan now)
    {
        var loud = _producers
            .Where(entry => entry.Value.Count >= MinLevels)
            .Select(entry => new ProducerVolume(entry.Key, entry.Value.Peer, -(int)Math.Round((double)entry.Value.Sum / entry.Value.Count)))
            .Where(volume => volume.Volume >= _options.Threshold)
            .OrderByDescending(volume => volume.Volume)
            .Take(_options.MaxEntries)
            .ToImmutableArray();
        foreach (var heard in _producers.Values)
        {
            heard.Sum = heard.Count = 0;
        }

        var wasSilent = _silent;
        _silent = loud.IsEmpty;
        return (_silent, wasSilent) switch
        {
            (false, _) => new ObserverEvents.VolumesMeasured(_router, _id, loud),
            (true, false) => new ObserverEvents.SilenceFell(_router, _id),
            (true, true) => null,
        };
    }

    private sealed class Heard
    {
        public PeerId? Peer;
        public int Sum;
        public int Count;
    }
}
