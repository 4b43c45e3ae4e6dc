using System.Collections.Immutable;

namespace Sfu.Actors.Protocol;

/// <summary>What subscribers of an observer are told.</summary>
public static class ObserverEvents
{
    /// <summary>
    /// To a new subscriber, first of all, from the observer itself: watch the sender to hear also of the loss of its node, of which nobody is left
    /// to tell. A session of <c>SfuClient</c> does so, and makes it an <see cref="ObserverClosed"/> with <see cref="CloseReason.NodeLost"/>.
    /// </summary>
    public sealed record ObserverState(RouterId RouterId, ObserverId ObserverId, bool Paused) : ISessionEvent;

    /// <summary>mediasoup's <c>volumes</c>: the loudest of the interval that is over, loudest first, one at least.</summary>
    public sealed record VolumesMeasured(RouterId RouterId, ObserverId ObserverId, ImmutableArray<ProducerVolume> Volumes) : ISessionEvent;

    /// <summary>mediasoup's <c>silence</c>: nobody has been loud for an interval. Not again until somebody was.</summary>
    public sealed record SilenceFell(RouterId RouterId, ObserverId ObserverId) : ISessionEvent;

    /// <summary>mediasoup's <c>dominantspeaker</c>: this Producer has the floor from now on.</summary>
    public sealed record DominantSpeakerChanged(RouterId RouterId, ObserverId ObserverId, ProducerId ProducerId, PeerId? PeerId) : ISessionEvent;

    /// <summary>The last one: closed by request, or with its Router, which may go on elsewhere.</summary>
    public sealed record ObserverClosed(RouterId RouterId, ObserverId ObserverId, CloseReason Reason) : ISessionEvent;
}
