using System.Collections.Immutable;
using Sfu.Actors.Routing;
using Sfu.Media.Control;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Transports;

/// <summary>What a Consumer is to be.</summary>
/// <param name="Type">How it forwards.</param>
/// <param name="RtpParameters">What the other side is told.</param>
internal sealed record ConsumerOffer(ConsumerType Type, RtpParameters RtpParameters)
{
    /// <summary>For its twins in the media plane: one, or one for each encoding where it takes all of them.</summary>
    public ImmutableArray<ConsumerSettings> Settings(BranchProtocol.AddConsumer add, ConsumerLayers? layers)
    {
        var settings = new ConsumerSettings(
            add.ConsumerId.Value, add.Producer.Kind, RtpParameters, add.Paused, Type, layers, add.Priority, add.IgnoreDtx);
        return Type != ConsumerType.Pipe
            ? [settings]
            : [.. RtpParameters.Encodings.Select((own, i) => settings with { RtpParameters = RtpParameters with { Encodings = [own] }, Encoding = i })];
    }
}
