using System.Net.WebSockets;
using System.Text;

namespace Sfu.Bench.Signaling;

/// <summary>A client's WebSocket that carries text messages. Any thread.</summary>
internal sealed class MessageSocket : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    // Given.
    private readonly Action<ReadOnlyMemory<byte>> _onMessage;
    private readonly Action<string> _onClosed;

    // Owned.
    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private Task _reading = Task.CompletedTask;

    private MessageSocket(Action<ReadOnlyMemory<byte>> onMessage, Action<string> onClosed)
    {
        _onMessage = onMessage;
        _onClosed = onClosed;
    }

    /// <param name="address">Where to.</param>
    /// <param name="protocol">Sub-protocol.</param>
    /// <param name="onMessage">One call at a time; the memory is valid until it returns.</param>
    /// <param name="onClosed">Once, with the reason.</param>
    public static async Task<MessageSocket> ConnectAsync(Uri address, string protocol, Action<ReadOnlyMemory<byte>> onMessage, Action<string> onClosed)
    {
        var socket = new MessageSocket(onMessage, onClosed);
        socket._socket.Options.AddSubProtocol(protocol);
        using var deadline = new CancellationTokenSource(s_patience);
        await socket._socket.ConnectAsync(address, deadline.Token);
        socket._reading = socket.ReadAsync();
        return socket;
    }

    public async Task SendAsync(string text)
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
                    _onMessage(buffer.AsMemory(0, length));
                    length = 0;
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException)
        {
            // Reported below.
        }

        _onClosed($"The WebSocket was closed: {_socket.CloseStatus} {_socket.CloseStatusDescription}");
    }
}
