using Akka.Event;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Transports;

/// <summary>What operators read of transports.</summary>
internal static class TransportLog
{
    /// <summary>The end of a server or Router is said once, there, and not by each of its transports.</summary>
    /// <param name="bus">Asked for its level: to ask a logger of its own, a transport would have to make one.</param>
    /// <param name="log">Makes that.</param>
    /// <param name="router">Whose the transport was.</param>
    /// <param name="transport">Which.</param>
    /// <param name="reason">Why it closed.</param>
    public static void Ended(EventStream bus, Func<ILoggingAdapter> log, RouterId router, TransportId transport, CloseReason reason)
    {
        const string Template = "Transport {TransportId} of Router {RouterId} closed: {Reason}";

        if (reason is not (CloseReason.RouterClosed or CloseReason.ListenServerClosed or CloseReason.NodeClosed) && bus.LogLevel <= LogLevel.InfoLevel)
        {
            log().Info(Template, transport, router, reason);
        }
        else if (bus.LogLevel <= LogLevel.DebugLevel)
        {
            log().Debug(Template, transport, router, reason);
        }
    }
}
