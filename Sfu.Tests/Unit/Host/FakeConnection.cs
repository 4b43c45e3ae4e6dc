using System.Collections.Concurrent;
using System.Text.Json;
using Akka.Actor;
using Sfu.Host.Signaling;

namespace Sfu.Tests.Unit.Host;

/// <summary>A client that only listens.</summary>
internal sealed class FakeConnection : IClientConnection
{
    private readonly BlockingCollection<JsonElement> _received = [];
    private int _released;

    public IActorRef? Session { get; private set; }

    public (int Code, string Reason)? Closed { get; private set; }

    public int Released => Volatile.Read(ref _released);

    public void Send(byte[] message) => _received.Add(JsonElement.Parse(message));

    public void Close(int code, string reason) => Closed ??= (code, reason);

    public void Assign(IActorRef session) => Session = session;

    public void Release() => Interlocked.Increment(ref _released);

    /// <summary>The next message to the client.</summary>
    public JsonElement Next() => _received.Take();

    public bool HasMore => _received.Count > 0;
}
