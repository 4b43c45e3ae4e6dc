using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Actors.Transports;

namespace Sfu.Actors.Routing;

/// <summary>
/// A branch's reports of loudness to its Router: the first are told at once, what comes within the next tenth of a second together when that
/// is over. Without a Router they are of no use to anybody, and are dropped. Part of the branch's actor.
/// </summary>
internal sealed class LevelReports(RouterId routerId, BranchState state, RouterLink router, ITimerScheduler timers)
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    private readonly BranchLevels _levels = new();
    private bool _isOver;

    /// <summary>The Router's observers want to know how loud a Producer is, or not any more.</summary>
    public void Measure(BranchProtocol.MeasureAudioLevels measure)
    {
        _levels.Measure(measure.ProducerId, measure.Measure);
        state.TransportOf(measure.ProducerId)?.Tell(measure);
    }

    /// <summary>The Producer is gone.</summary>
    public void Forget(ProducerId id) => _levels.Forget(id);

    /// <summary>A transport has measured.</summary>
    public void Add(TransportCommands.AudioLevelsMeasured measured)
    {
        _levels.Add(measured.Producers);
        if (!timers.IsTimerActive(Due.Key))
        {
            ReportWaiting();
        }
    }

    /// <summary>An interval is over, or none runs: what waits is told, and begins the next one.</summary>
    public void ReportWaiting()
    {
        if (!_levels.Wait)
        {
            return;
        }

        var levels = _levels.Take();
        if (!router.IsOrphaned && !_isOver)
        {
            router.Tell(new BranchProtocol.AudioLevelsMeasured(routerId, levels));
        }

        timers.StartSingleTimer(Due.Key, Due.Instance, _interval);
    }

    /// <summary>The observers ended with the former Router.</summary>
    public void StopMeasuring()
    {
        foreach (var producer in _levels.TakeMeasured())
        {
            state.TransportOf(producer)?.Tell(new BranchProtocol.MeasureAudioLevels(routerId, producer, Measure: false));
        }
    }

    /// <summary>The branch closes: nothing is told any more.</summary>
    public void End() => _isOver = true;

    /// <summary>To the branch's actor: an interval is over.</summary>
    internal sealed record Due : INoSerializationVerificationNeeded
    {
        public const string Key = "levels";

        public static readonly Due Instance = new();
    }
}
