using Sfu.Bench.Load;
using Sfu.Media.Ortc;

namespace Sfu.Bench.Narrow;

/// <summary>An SFU that rooms of two are opened on.</summary>
internal interface INarrowSfu : IAsyncDisposable
{
    /// <summary>As in <see cref="Report.Case"/>.</summary>
    string Subject { get; }

    /// <summary>A room in which one publishes and another subscribes; nothing is sent yet.</summary>
    /// <param name="load">Where both live.</param>
    /// <param name="name">Of the room.</param>
    /// <param name="publish">Is given the publisher's transport, and says what is published there.</param>
    Task<INarrowRoom> OpenRoomAsync(LoadPeer load, string name, Func<LoadTransport, RtpParameters> publish);

    /// <summary>What it believes of the paths to the subscribers of rooms of its own, in bit/s; 0: nothing yet.</summary>
    Task<IReadOnlyList<long>> EstimatesAsync(IReadOnlyList<INarrowRoom> rooms);
}
