using System.Diagnostics.CodeAnalysis;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;

namespace Sfu.Actors.Transports;

/// <summary>What a transport makes its Consumers of. Actor only.</summary>
internal interface IConsumerOffers
{
    bool TryOffer(BranchProtocol.AddConsumer add, [NotNullWhen(true)] out ConsumerOffer? offer, [NotNullWhen(false)] out SfuError? error);
}
