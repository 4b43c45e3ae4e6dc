using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Sfu.Bench.Signaling;

/// <summary>A WebSocket that speaks protoo: requests both ways. Notifications are passed over unread. Any thread.</summary>
internal sealed class ProtooClient : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    // Given.
    private readonly Func<string, JsonElement, Task> _onRequest;

    // Owned.
    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonElement>> _asked = new();
    private Task _reading = Task.CompletedTask;

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
        client._socket.Options.AddSubProtocol("protoo");
        using var deadline = new CancellationTokenSource(s_patience);
        await client._socket.ConnectAsync(address, deadline.Token);
        client._reading = client.ReadAsync();
        return client;
    }

    /// <summary>The <c>data</c> of the answer.</summary>
    /// <exception cref="InvalidOperationException">The server refuses.</exception>
    public async Task<JsonElement> RequestAsync(string method, string data)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer = _asked[id] = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        await SendAsync($$"""{"request":true,"id":{{id}},"method":"{{method}}","data":{{data}}}""");
        var message = await answer.Task.WaitAsync(s_patience);
        return message.GetProperty("ok").GetBoolean()
            ? message.TryGetProperty("data", out var value) ? value : default
            : throw new InvalidOperationException($"{method}: {message.GetProperty("errorReason").GetString()}");
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            using var deadline = new CancellationTokenSource(s_patience);
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, deadline.Token);
            await _reading.WaitAsync(deadline.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The server was faster, or is gone.
        }

        _socket.Dispose();
        _sending.Dispose();
    }

    private async Task SendAsync(string text)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[8 * 1024];
        var length = 0;
        try
        {
            while (true)
            {
                if (length == buffer.Length)
                {
                    Array.Resize(ref buffer, buffer.Length * 2);
                }

                var part = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                length += part.Count;
                if (part.EndOfMessage)
                {
                    Handle(buffer.AsSpan(0, length));
                    length = 0;
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException)
        {
            // What is still asked fails below.
        }

        foreach (var answer in _asked.Values)
        {
            answer.TrySetException(new InvalidOperationException($"The WebSocket was closed: {_socket.CloseStatus} {_socket.CloseStatusDescription}"));
        }
    }

    private void Handle(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("{\"notification\""u8))
        {
            return;
        }

        var message = JsonElement.Parse(bytes);
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

    private async Task AnswerAsync(long id, string method, JsonElement data)
    {
        try
        {
            await _onRequest(method, data);
            await SendAsync($$$"""{"response":true,"id":{{{id}}},"ok":true,"data":{}}""");
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Closed meanwhile.
        }
    }
}
