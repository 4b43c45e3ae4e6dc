using System.Reflection;

namespace Sfu.Media.Remote;

/// <summary>Stands for a receiver at the other end: what it is told crosses. Any thread.</summary>
internal class SeamProxy : DispatchProxy
{
    private Seam _seam = null!;
    private SeamInterface _interface = null!;
    private long _receiver;

    /// <param name="type">The interface.</param>
    /// <param name="seam">What it crosses.</param>
    /// <param name="receiver">The receiver's number at the other end.</param>
    public static object Create(Type type, Seam seam, long receiver)
    {
        var proxy = Create(type, typeof(SeamProxy));
        var self = (SeamProxy)proxy;
        (self._seam, self._interface, self._receiver) = (seam, SeamInterface.Of(type), receiver);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        _seam.Tell(_receiver, _interface[targetMethod!], args ?? []);
        return null;
    }
}
