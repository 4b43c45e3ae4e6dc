using Sfu.Media.Bwe;
using Sfu.Media.Codecs;
using Sfu.Media.Control;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Which layers one client is to get: what it prefers, what its share of the path has room for, what the producer sends, and where its
/// <see cref="LayerSelector"/> stands. A part of its consumer, without an object of its own. Media thread only.
/// </summary>
/// <param name="preferred">The highest layers that are of use; null: the highest there are.</param>
/// <param name="priority">1 … 255.</param>
/// <param name="needsKeyFrame">The codec has key frames, and what is wanted begins with one.</param>
/// <param name="piped">The decode targets that cross a pipe as others want them, whatever the path; 0: layers are chosen here.</param>
internal struct LayerChoice(ConsumerLayers? preferred, int priority, bool needsKeyFrame, ushort piped = 0)
{
    // While a key frame is waited for, it is asked for again: the first question or its answer may be lost.
    private const long AskAgainUs = 300_000;

    private LayerSelector _selector = new(needsKeyFrame);
    private PipedLayers _piped = new(needsKeyFrame, piped);
    private ConsumerLayers? _reported;
    private MediaTime _askedAt = MediaTime.Zero;
    private int _allowed = LayerDemand.Unlimited;

    public ConsumerLayers? Preferred { readonly get; set; } = preferred;

    /// <summary>1 … 255.</summary>
    public int Priority { readonly get; set; } = priority;

    /// <summary>The client gets nothing, or not the layer that it is to get, until a key frame comes.</summary>
    public readonly bool WaitsForKeyFrame => _piped.IsUsed ? _piped.WaitsForKeyFrame : _selector.WaitsForKeyFrame;

    /// <summary>There is nothing that the path has room for, or that is wanted beyond it.</summary>
    public readonly bool IsStopped => _piped.IsUsed ? _piped.Wanted == 0 : _selector.IsStopped;

    /// <summary>The layers that the client is on; null before it has got a frame to start from.</summary>
    public readonly ConsumerLayers? Present => _selector.IsOn ? new ConsumerLayers(_selector.Spatial, _selector.Temporal) : null;

    /// <summary>The client has got a frame to start from.</summary>
    public readonly bool IsOn => _piped.IsUsed ? _piped.IsOn : _selector.IsOn;

    /// <summary>The decode targets that are to cross a pipe.</summary>
    public readonly int PipedTargets => _piped.Wanted;

    /// <summary>The spatial layer that the client is on; −1 for none.</summary>
    public readonly int Spatial => !_piped.IsUsed ? _selector.Spatial : _piped.IsOn ? _piped.Place : -1;

    /// <summary>The spatial layer that it is to get; −1 for none.</summary>
    public readonly int WantedSpatial => _piped.IsUsed ? _piped.Place : _selector.WantedSpatial;

    /// <summary>What comes next does not go on from what came before.</summary>
    public void Leave()
    {
        _selector.Leave();
        _piped.Leave();
    }

    /// <summary>Whether the client gets the packet. May change the layers that it is on.</summary>
    public bool Takes(in FrameLayers frame) => _piped.IsUsed ? _piped.Takes(frame) : _selector.Takes(frame);

    /// <summary>The packet ends what the client gets of its picture.</summary>
    public readonly bool EndsPicture(in FrameLayers frame) =>
        _piped.IsUsed ? _piped.EndsPicture(frame) : frame.IsFrameEnd && frame.SpatialLayer == _selector.Spatial;

    /// <param name="targets">The decode targets that are to cross a pipe from now on.</param>
    public void Want(int targets) => _piped.Want(targets);

    /// <summary>The decode targets without which the client would miss something of what it gets or is to get.</summary>
    /// <param name="isSimulcast">Spatial layers do not build on one another.</param>
    public readonly int Needs(bool isSimulcast)
    {
        if (_piped.IsUsed)
        {
            return _piped.Wanted;
        }

        var wanted = _selector.IsStopped ? 0 : Needs(_selector.WantedSpatial, _selector.WantedTemporal, isSimulcast);
        return _selector.IsOn ? wanted | Needs(_selector.Spatial, _selector.Temporal, isSimulcast) : wanted;
    }

    /// <summary>Decides anew: the wish, the path, or what the producer sends has changed.</summary>
    /// <param name="activity">What the producer sends.</param>
    /// <param name="encodings">How many it announced.</param>
    /// <returns>Whether a key frame of <see cref="WantedSpatial"/> has to be asked for.</returns>
    public bool Decide(LayerActivity activity, int encodings)
    {
        if (_piped.IsUsed)
        {
            return _piped.Await(activity.Present);
        }

        if (_allowed == LayerDemand.None)
        {
            _selector.Stop();
            return false;
        }

        var before = _selector.WantedSpatial;
        var (spatial, temporal) = Limit();
        var (allowedSpatial, allowedTemporal) = Math.DivRem(_allowed, LayerDemand.TemporalLayers);
        if (allowedSpatial <= spatial)
        {
            temporal = allowedSpatial < spatial ? allowedTemporal : Math.Min(temporal, allowedTemporal);
            spatial = allowedSpatial;
        }

        var best = activity.Present == 0 ? Math.Min(spatial, Math.Max(encodings - 1, 0)) : activity.BestFor(spatial);
        _selector.Want(best, temporal);
        return _selector.WaitsForKeyFrame && before != best;
    }

    /// <summary>What the client could use of the path, for who shares it out.</summary>
    public readonly void Describe(LayerRates rates, ref LayerDemand demand)
    {
        var (spatial, temporal) = Limit();
        demand.Priority = Priority;
        demand.Wanted = (spatial * LayerDemand.TemporalLayers) + temporal;
        demand.Current = _allowed;
        demand.Allowed = LayerDemand.None;
        rates.CopyTo(demand.Rates);
    }

    /// <param name="target">The highest decode target that the path has room for; <see cref="LayerDemand.None"/> for none.</param>
    /// <returns>Whether that is something else than before.</returns>
    public bool Allow(int target)
    {
        var changes = target != _allowed;
        _allowed = target;
        return changes;
    }

    public void OnAsked(MediaTime now) => _askedAt = now;

    /// <summary>A key frame was asked for, and should be here.</summary>
    public readonly bool MissesKeyFrame(MediaTime now) => WaitsForKeyFrame && now.UsSince(_askedAt) >= AskAgainUs;

    /// <summary>The layers that the client is on have changed since this was asked last.</summary>
    /// <param name="present">Null for none.</param>
    public bool IsNews(ConsumerLayers? present)
    {
        var changes = present != _reported;
        _reported = present;
        return changes;
    }

    private static int Needs(int spatial, int temporal, bool isSimulcast) =>
        isSimulcast ? TargetSets.InTimeUpTo(spatial, temporal) : TargetSets.UpTo(spatial, temporal);

    private readonly (int Spatial, int Temporal) Limit() => (
        Math.Clamp(Preferred?.SpatialLayer ?? LayerSelector.MaxLayer, 0, LayerSelector.MaxLayer),
        Math.Clamp(Preferred?.TemporalLayer ?? LayerSelector.MaxLayer, 0, LayerSelector.MaxLayer));
}
