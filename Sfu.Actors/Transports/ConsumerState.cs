using System.Collections.Immutable;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Control;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Transports;

/// <summary>A Consumer as its transport holds it.</summary>
internal sealed record ConsumerState(
    ConsumerRecord Record,
    ConsumerHandle Handle,
    ProducerRecord Producer,
    ConsumerType Type,
    RtpParameters RtpParameters,
    bool Paused,
    bool ProducerPaused,
    ConsumerLayers? PreferredLayers,
    int Priority,
    JsonText AppData,
    ConsumerQuality? Quality = null)
{
    public ConsumerId Id => Record.ConsumerId;

    /// <summary>Where it is more than one stream (an end of a pipe sends all encodings): those after the first.</summary>
    public ImmutableArray<ConsumerHandle> MoreHandles { get; init; }

    /// <summary>Its twins in the media plane, at least one.</summary>
    public ImmutableArray<ConsumerHandle> Handles => MoreHandles.IsDefaultOrEmpty ? [Handle] : [Handle, .. MoreHandles];

    /// <summary>What is known of it, also when that is nothing.</summary>
    public ConsumerQuality Known => Quality ?? ConsumerQuality.Unknown;

    /// <summary>For who asked for it.</summary>
    public Consumed Describe(long requestId) => new(
        requestId,
        Id,
        Producer.ProducerId,
        Producer.PeerId,
        Producer.Kind,
        Type,
        RtpParameters,
        Paused,
        ProducerPaused,
        Producer.AppData,
        PreferredLayers,
        Known.Score);

    public TransportConsumerDump Dump() => new(
        Id,
        Producer.ProducerId,
        Producer.Kind,
        Type,
        Paused,
        ProducerPaused,
        PreferredLayers,
        Known.Layers,
        Priority,
        Known.Score,
        Known.Traced,
        !Record.Open);
}
