using System.Collections.Immutable;
using Sfu.Actors.Protocol;
using Sfu.Media.Audio;

namespace Sfu.Actors.Observers;

/// <summary>Who has the floor, by <see cref="DominantSpeaker{TSpeaker}"/>.</summary>
/// <remarks>
/// That asks for each packet's time, and takes a pause between packets for silence, but levels come many at a time, a tenth of a second for each
/// stop on their way. So they are laid out again at a packet's length one behind the other, and the decisions are taken a little late.
/// </remarks>
internal sealed class ActiveSpeakerObserver : IRtpObserver
{
    private static readonly TimeSpan _packet = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _delay = TimeSpan.FromMilliseconds(250);

    private readonly RouterId _router;
    private readonly ObserverId _id;
    private readonly int _intervalMs;
    private readonly Dictionary<ProducerId, PeerId?> _peers = [];
    private DominantSpeaker<ProducerId> _speakers;

    private ActiveSpeakerObserver(RouterId router, ObserverId id, int intervalMs, TimeSpan now)
    {
        _router = router;
        _id = id;
        _intervalMs = intervalMs;
        _speakers = New(now);
    }

    public TimeSpan Interval => TimeSpan.FromMilliseconds(_intervalMs);

    /// <summary>Null when the options make no sense.</summary>
    public static ActiveSpeakerObserver? TryCreate(RouterId router, ObserverId id, ActiveSpeakerObserverOptions? options, TimeSpan now)
    {
        options ??= new ActiveSpeakerObserverOptions();
        return options.IntervalMs is >= 100 and <= 5000 ? new ActiveSpeakerObserver(router, id, options.IntervalMs, now) : null;
    }

    public void Add(ProducerId producer, PeerId? peer, TimeSpan now)
    {
        _peers[producer] = peer;
        _speakers.Add(producer, Late(now));
    }

    public void Remove(ProducerId producer)
    {
        _peers.Remove(producer);
        _speakers.Remove(producer);
    }

    public void Reset(TimeSpan now)
    {
        _speakers = New(now);
        foreach (var producer in _peers.Keys)
        {
            _speakers.Add(producer, Late(now));
        }
    }

    public void Hear(ProducerId producer, ImmutableArray<byte> levels, TimeSpan now)
    {
        for (var i = 0; i < levels.Length; i++)
        {
            _speakers.OnLevels(producer, levels.AsSpan(i, 1), (now - (_packet * (levels.Length - 1 - i))).ToMediaTime());
        }
    }

    public ISessionEvent? Decide(TimeSpan now) => _speakers.OnTimeout(Late(now)) && _speakers.Dominant is var dominant
        ? new ObserverEvents.DominantSpeakerChanged(_router, _id, dominant, _peers.GetValueOrDefault(dominant))
        : null;

    private static Media.Wire.MediaTime Late(TimeSpan now) => (now - _delay).ToMediaTime();

    private DominantSpeaker<ProducerId> New(TimeSpan now) => new(Late(now), _intervalMs);
}
