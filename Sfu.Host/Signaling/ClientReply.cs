using System.Text.Json;

namespace Sfu.Host.Signaling;

/// <summary>The one answer that a client's request waits for. It goes to the WebSocket that asked and gives its credit back.</summary>
internal readonly record struct ClientReply(IClientConnection Connection, long Id)
{
    public void Succeed(Action<Utf8JsonWriter>? data = null)
    {
        Connection.Send(ProtooWriter.Response(Id, data));
        Connection.Release();
    }

    public void Fail(RequestFailure failure)
    {
        Connection.Send(ProtooWriter.Error(Id, failure.Code, failure.Reason));
        Connection.Release();
    }
}
