using Sfu.Actors.Protocol;

namespace Sfu.Actors.Node;

/// <summary>The answer to a request about something that has closed, or is closing.</summary>
internal static class ClosedAnswer
{
    /// <summary>Who asked for the closing has it, whoever else did; everybody else hears that it is closed.</summary>
    public static IReply To(IRequest request, string reason) =>
        request is RouterProtocol.CloseTransport or RouterProtocol.CloseProducer or RouterProtocol.CloseConsumer
            ? new Done(request.RequestId)
            : new Rejected(request.RequestId, SfuErrorCode.Closed, reason);
}
