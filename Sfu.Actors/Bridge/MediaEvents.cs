using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Bridge;

/// <summary>What the media plane tells the actors, as messages. They never leave the node.</summary>
internal static class MediaEvents
{
    internal interface IMediaEvent : INoSerializationVerificationNeeded;

    internal sealed record ServerOpened(ServerHandle Server, ImmutableArray<ListenInfo> Bound) : IMediaEvent;

    internal sealed record ServerClosed(ServerHandle Server, MediaError? Error) : IMediaEvent;

    internal sealed record TransportOpened(IceParameters IceParameters, ImmutableArray<IceCandidate> IceCandidates, DtlsParameters DtlsParameters) : IMediaEvent;

    internal sealed record PlainTransportOpened(PlainTransportParameters Parameters) : IMediaEvent;

    internal sealed record PlainTransportConnected(long RequestId) : IMediaEvent;

    internal sealed record Connected(long RequestId, DtlsRole LocalRole) : IMediaEvent;

    internal sealed record IceRestarted(long RequestId, IceParameters IceParameters) : IMediaEvent;

    internal sealed record ProducerAdded(long RequestId, ProducerHandle Producer) : IMediaEvent;

    internal sealed record ConsumerAdded(long RequestId, ConsumerHandle Consumer) : IMediaEvent;

    internal sealed record RequestFailed(long RequestId, MediaError Error) : IMediaEvent;

    /// <summary>There is something to take from the transport's <see cref="PathMailbox"/>. One is on its way at most.</summary>
    internal sealed record PathsChanged : IMediaEvent
    {
        public static readonly PathsChanged Instance = new();
    }

    internal sealed record DtlsStateChanged(DtlsTransportState State) : IMediaEvent;

    internal sealed record ProducerClosed(ProducerHandle Producer, MediaError? Error) : IMediaEvent;

    internal sealed record ConsumerClosed(ConsumerHandle Consumer, MediaError? Error) : IMediaEvent;

    internal sealed record StatsReady(long RequestId, ImmutableArray<MediaStats> Stats) : IMediaEvent;

    /// <summary>There is something to take from the transport's <see cref="MediaMailbox"/>. One is on its way at most.</summary>
    internal sealed record MediaChanged : IMediaEvent
    {
        public static readonly MediaChanged Instance = new();
    }

    /// <summary>There is something to take from the transport's <see cref="LevelMailbox"/>. One is on its way at most.</summary>
    internal sealed record LevelsMeasured : IMediaEvent
    {
        public static readonly LevelsMeasured Instance = new();
    }

    internal sealed record TransportClosed(MediaError? Error) : IMediaEvent;

    internal sealed record DumpReady(MediaPlaneDump Dump) : IMediaEvent;

    internal sealed record LoadMeasured(MediaLoad Load) : IMediaEvent;
}
