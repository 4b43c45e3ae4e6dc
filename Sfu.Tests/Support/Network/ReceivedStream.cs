using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Support.Network;

/// <summary>The numbers of a stream that a client gets.</summary>
/// <param name="Ssrc">Of the media.</param>
/// <param name="RtxSsrc">Of what is sent again.</param>
/// <param name="TransportSequenceId">The header extension that numbers the transport's packets.</param>
internal sealed record ReceivedStream(uint Ssrc, uint RtxSsrc, byte TransportSequenceId)
{
    /// <summary>As the tests' own Consumers have them.</summary>
    public static ReceivedStream OfTests { get; } = new(TestMedia.ConsumerSsrc, TestMedia.ConsumerRtxSsrc, TestMedia.ConsumerTwccId);
}
