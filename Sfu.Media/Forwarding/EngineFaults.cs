using Sfu.Media.Control;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Whose fault it is when something throws while an engine works: that of the transport that is served, which closes, and of no other.
/// Media thread only.
/// </summary>
/// <param name="warn">Told of each, with a text for people.</param>
internal sealed class EngineFaults(Action<string> warn)
{
    /// <summary>What goes wrong from now on is this transport's fault; null: nobody's.</summary>
    public MediaTransport? Served { get; set; }

    /// <summary>What a packet of one transport caused while it went to another is that other's fault.</summary>
    public void Of(MediaTransport transport, Exception exception)
    {
        Served = transport;
        Report(exception);
    }

    /// <summary>Something went wrong.</summary>
    public void Report(Exception exception)
    {
        var transport = Served;
        warn($"A fault while serving {(transport is null ? "no transport" : $"transport {transport.Handle.Slot}")}: {exception}");
        if (transport is null)
        {
            return;
        }

        try
        {
            transport.Close(new MediaError(MediaErrorCode.Fault, exception.Message));
        }
        catch (Exception second) when (second is not OutOfMemoryException)
        {
            warn($"Closing the faulty transport failed too: {second}");
        }
    }
}
