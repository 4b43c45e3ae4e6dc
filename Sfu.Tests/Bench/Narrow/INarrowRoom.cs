using Sfu.Bench.Load;
using Sfu.Tests.Support.Network;

namespace Sfu.Bench.Narrow;

/// <summary>One who publishes and one who subscribes, connected.</summary>
internal interface INarrowRoom : IAsyncDisposable
{
    LoadTransport Publisher { get; }

    LoadTransport Subscriber { get; }

    /// <summary>What the subscriber gets.</summary>
    ReceivedStream Stream { get; }
}
