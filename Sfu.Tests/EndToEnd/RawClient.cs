using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Sfu.Tests.EndToEnd;

/// <summary>A WebSocket that says whatever a test wants.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private readonly ClientWebSocket _socket = new();
    private long _lastId = 100;

    public static async Task<RawClient> ConnectAsync(Uri address)
    {
        var client = new RawClient();
        client._socket.Options.AddSubProtocol("protoo");
        using var deadline = new CancellationTokenSource(s_patience);
        await client._socket.ConnectAsync(address, deadline.Token);
        return client;
    }

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text);

    public async Task SendAsync(byte[] bytes, WebSocketMessageType type)
    {
        using var deadline = new CancellationTokenSource(s_patience);
        await _socket.SendAsync(bytes, type, endOfMessage: true, deadline.Token);
    }

    /// <summary>The next message; null when the server has closed.</summary>
    public async Task<JsonElement?> ReceiveAsync()
    {
        using var deadline = new CancellationTokenSource(s_patience);
        var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer, deadline.Token);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return JsonElement.Parse(message.ToArray());
            }
        }
    }

    /// <summary>Sends a request and awaits its answer; notifications and requests of the server in between are passed over.</summary>
    public async Task<JsonElement> RequestAsync(string method, string data = "{}")
    {
        var id = ++_lastId;
        await SendAsync($$"""{"request":true,"id":{{id}},"method":"{{method}}","data":{{data}}}""");
        return await ResponseAsync(id);
    }

    public async Task<JsonElement> ResponseAsync(long id)
    {
        while (true)
        {
            var message = await ReceiveAsync() ?? throw new InvalidOperationException($"closed: {_socket.CloseStatus} {_socket.CloseStatusDescription}");
            if (message.TryGetProperty("response", out _) && message.GetProperty("id").GetInt64() == id)
            {
                return message;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                using var deadline = new CancellationTokenSource(s_patience);
                await _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, deadline.Token);
            }
        }
        catch (WebSocketException)
        {
            // The server was faster.
        }

        _socket.Dispose();
    }
}
