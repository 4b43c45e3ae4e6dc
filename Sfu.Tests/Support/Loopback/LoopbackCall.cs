namespace Sfu.Tests.Support.Loopback;

/// <summary>Specs of one publisher and one subscriber on a node, under virtual time. Nothing may have failed inside when they end.</summary>
public abstract class LoopbackCall : IDisposable
{
    /// <param name="engines">Of the node, each as on a thread of its own.</param>
    protected LoopbackCall(int engines = 1)
    {
        World = new LoopbackWorld(engines: engines);
        Publisher = World.NewConnectedPeer();
        Subscriber = World.NewConnectedPeer();
    }

    private protected LoopbackWorld World { get; }

    private protected LoopbackPeer Publisher { get; }

    private protected LoopbackPeer Subscriber { get; }

    public void Dispose()
    {
        Assert.Empty(World.Faults);
        CloseAll();
        World.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>For those who look at what is left when all has closed.</summary>
    protected virtual void CloseAll()
    {
    }

    /// <summary>Closes both transports, after which the node holds nothing any more.</summary>
    private protected void CloseTransports()
    {
        World.Command(Publisher.Transport, static home => home.Close(null));
        World.Command(Subscriber.Transport, static home => home.Close(null));
        var dump = World.Dump();
        Assert.True(dump.HasNoTransports, dump.ToString());
    }
}
