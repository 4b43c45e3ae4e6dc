using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Transports;

/// <summary>One stream for each Consumer, of what the client can receive, under a MID that its transport gives.</summary>
internal sealed class ClientConsumerOffers(RouterOrtc ortc) : IConsumerOffers
{
    private const int MaxMids = 100_000_000; // A MID has at most 8 characters.

    private int _nextMid;

    public bool TryOffer(BranchProtocol.AddConsumer add, [NotNullWhen(true)] out ConsumerOffer? offer, [NotNullWhen(false)] out SfuError? error)
    {
        // As mediasoup has it: lost audio is concealed sooner than it could be sent again.
        var enableRtx = add.EnableRtx ?? add.Producer.Kind == MediaKind.Video;
        var done = ortc.TryGetConsumerParameters(add.Producer.Consumable, add.RtpCapabilities, NextMid(), enableRtx, out var parameters, out error);
        offer = done ? new ConsumerOffer(ConsumerNegotiation.GetConsumerType(add.Producer.Type), parameters!) : null;
        return done;
    }

    /// <summary>The next MID among the Consumers of this transport. Never reused while the transport lives, short of a hundred million.</summary>
    private string NextMid()
    {
        var mid = _nextMid.ToString(CultureInfo.InvariantCulture);
        _nextMid = (_nextMid + 1) % MaxMids;
        return mid;
    }
}
