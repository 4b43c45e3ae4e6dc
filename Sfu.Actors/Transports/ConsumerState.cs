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
    JsonText AppData)
{
    public ConsumerId Id => Record.ConsumerId;

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
        Producer.AppData);
}
