using System.Diagnostics.CodeAnalysis;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Transports;

/// <summary>All encodings of each Producer as they are, for the other end of a pipe to produce.</summary>
internal sealed class PipeConsumerOffers(RouterOrtc ortc, bool enableRtx) : IConsumerOffers
{
    public bool TryOffer(BranchProtocol.AddConsumer add, [NotNullWhen(true)] out ConsumerOffer? offer, [NotNullWhen(false)] out SfuError? error)
    {
        offer = new ConsumerOffer(ConsumerType.Pipe, ortc.GetPipeParameters(add.Producer.Consumable, enableRtx));
        error = null;
        return true;
    }
}
