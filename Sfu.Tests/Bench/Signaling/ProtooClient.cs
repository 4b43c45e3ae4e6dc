using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;

namespace Sfu.Bench.Signaling;

/// <summary>Speaks protoo: requests both ways. Notifications are passed over unread. Any thread.</summary>
internal sealed class ProtooClient : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    // Given.
    private readonly Func<string, JsonElement, Task> _onRequest;

    // Owned.
    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonElement>> _asked = new();
    private MessageSocket _socket = null!;

    // State.
    private long _lastId;

    private ProtooClient(Func<string, JsonElement, Task> onRequest)
    {
        _onRequest = onRequest;
    }

    /// <param name="address">With room and peer.</param>
    /// <param name="onRequest">Does what the server asks for; the answer leaves when it is done.</param>
    public static async Task<ProtooClient> ConnectAsync(Uri address, Func<string, JsonElement, Task> onRequest)
    {
        var client = new ProtooClient(onRequest);
        client._socket = await MessageSocket.ConnectAsync(address, "protoo", client.OnMessage, client.OnClosed);
        return client;
    }

    /// <summary>The <c>data</c> of the answer.</summary>
    /// <exception cref="InvalidOperationException">The server refuses.</exception>
    public async Task<JsonElement> RequestAsync(string method, string data)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer = _asked[id] = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _socket.SendAsync($$"""{"request":true,"id":{{id}},"method":"{{method}}","data":{{data}}}""");
        var message = await answer.Task.WaitAsync(s_patience);
        return message.GetProperty("ok").GetBoolean()
            ? message.TryGetProperty("data", out var value) ? value : default
            : throw new InvalidOperationException($"{method}: {message.GetProperty("errorReason").GetString()}");
    }

    public ValueTask DisposeAsync() => _socket.DisposeAsync();

    private void OnMessage(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Span.StartsWith("{\"notification\""u8))
        {
            return;
        }

        var message = JsonElement.Parse(bytes.Span);
        if (message.TryGetProperty("response", out _))
        {
            if (_asked.TryRemove(message.GetProperty("id").GetInt64(), out var answer))
            {
                answer.TrySetResult(message);
            }
        }
        else if (message.TryGetProperty("request", out _))
        {
            _ = AnswerAsync(message.GetProperty("id").GetInt64(), message.GetProperty("method").GetString()!, message.GetProperty("data"));
        }
    }

    private void OnClosed(string reason)
    {
        foreach (var answer in _asked.Values)
        {
            answer.TrySetException(new InvalidOperationException(reason));
        }
    }

    private async Task AnswerAsync(long id, string method, JsonElement data)
    {
        try
        {
            await _onRequest(method, data);
            await _socket.SendAsync($$$"""{"response":true,"id":{{{id}}},"ok":true,"data":{}}""");
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Closed meanwhile.
        }
    }
}
