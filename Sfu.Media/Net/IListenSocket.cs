using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>One thread's socket for a bound address.</summary>
internal interface IListenSocket : IDisposable
{
    /// <summary>Node-wide number of the address, never reused; the same for the sockets of all threads.</summary>
    long Id { get; }

    /// <summary>With the real port.</summary>
    IpEndpoint Local { get; }
}
