using System.Collections.Immutable;
using Sfu.Actors.Protocol;
using Sfu.Media.Audio;

namespace Sfu.Actors.Observers;

/// <summary>Who was loud, interval by interval, by <see cref="AudioVolumes{TSpeaker}"/>.</summary>
internal sealed class AudioLevelObserver : IRtpObserver
{
    private readonly RouterId _router;
    private readonly ObserverId _id;
    private readonly AudioVolumes<ProducerId> _volumes;
    private readonly Dictionary<ProducerId, PeerId?> _peers = [];
    private readonly List<AudioVolume<ProducerId>> _loudest = [];

    private AudioLevelObserver(RouterId router, ObserverId id, AudioLevelObserverOptions options, TimeSpan now)
    {
        _router = router;
        _id = id;
        Interval = TimeSpan.FromMilliseconds(options.IntervalMs);
        _volumes = new AudioVolumes<ProducerId>(now.ToMediaTime(), options.MaxEntries, options.Threshold, options.IntervalMs);
    }

    public TimeSpan Interval { get; }

    /// <summary>Null when the options make no sense.</summary>
    public static AudioLevelObserver? TryCreate(RouterId router, ObserverId id, AudioLevelObserverOptions? options, TimeSpan now)
    {
        options ??= new AudioLevelObserverOptions();
        return options is { MaxEntries: >= 1, Threshold: >= -127 and <= 0, IntervalMs: >= 250 and <= 5000 }
            ? new AudioLevelObserver(router, id, options, now)
            : null;
    }

    public void Add(ProducerId producer, PeerId? peer, TimeSpan now)
    {
        _peers[producer] = peer;
        _volumes.Add(producer);
    }

    public void Remove(ProducerId producer)
    {
        _peers.Remove(producer);
        _volumes.Remove(producer);
    }

    public void Reset(TimeSpan now) => _volumes.Reset(now.ToMediaTime());

    public void Hear(ProducerId producer, ImmutableArray<byte> levels, TimeSpan now) => _volumes.OnLevels(producer, levels.AsSpan());

    public ISessionEvent? Decide(TimeSpan now) => _volumes.OnTimeout(now.ToMediaTime(), _loudest) switch
    {
        AudioVolumesChange.Volumes => new ObserverEvents.VolumesMeasured(
            _router, _id, [.. _loudest.Select(volume => new ProducerVolume(volume.Speaker, _peers.GetValueOrDefault(volume.Speaker), volume.Dbov))]),
        AudioVolumesChange.Silence => new ObserverEvents.SilenceFell(_router, _id),
        _ => null,
    };
}
