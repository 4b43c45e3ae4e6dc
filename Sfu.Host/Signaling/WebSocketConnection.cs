using System.Net.WebSockets;
using System.Threading.Channels;
using Akka.Actor;

namespace Sfu.Host.Signaling;

/// <summary>
/// Pumps one WebSocket: one loop reads, one writes, a bounded queue is between the sessions and the writer. The reader takes a credit
/// per message and the session gives it back with the answer, so that a client that only asks is held by TCP, not by memory.
/// </summary>
internal sealed class WebSocketConnection : IClientConnection, IDisposable
{
    private const int MinPartBytes = 2048;

    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(2);

    private readonly WebSocket _socket;
    private readonly SignalingOptions _options;
    private readonly Channel<byte[]> _outgoing;
    private readonly SemaphoreSlim _credits;
    private readonly TaskCompletionSource<IActorRef> _session = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _abort = new();
    private CloseFrame? _closing;

    public WebSocketConnection(WebSocket socket, SignalingOptions options)
    {
        _socket = socket;
        _options = options;
        _outgoing = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(options.MaxOutgoingMessages) { SingleReader = true });
        _credits = new SemaphoreSlim(options.MaxPendingRequests);
    }

    private sealed record CloseFrame(int Code, string Reason);

    public void Send(byte[] message)
    {
        if (!_outgoing.Writer.TryWrite(message) && Volatile.Read(ref _closing) is null)
        {
            // The client does not read: what it missed cannot be made up for, so that it has to come back.
            Close(CloseCodes.PolicyViolation, "too slow");
        }
    }

    public void Close(int code, string reason)
    {
        if (Interlocked.CompareExchange(ref _closing, new CloseFrame(code, reason), null) is null)
        {
            _outgoing.Writer.TryComplete();
        }
    }

    public void Assign(IActorRef session) => _session.TrySetResult(session);

    public void Release()
    {
        try
        {
            _credits.Release();
        }
        catch (ObjectDisposedException)
        {
            // The session answers after the WebSocket has gone.
        }
    }

    /// <summary>Runs until the WebSocket is closed in both directions, has failed, or <paramref name="stop"/> asks to end.</summary>
    public async Task RunAsync(SessionKey key, IActorRef gateway, CancellationToken stop)
    {
        using var stopping = stop.Register(() => Close(CloseCodes.GoingAway, "the server stops"));
        var writing = WriteAsync();
        var end = ConnectionEnd.Lost;
        try
        {
            if (await ReadFirstAsync().ConfigureAwait(false) is { } first)
            {
                gateway.Tell(new SignalingMessages.Connect(key, this, first), ActorRefs.NoSender);
                var session = await _session.Task.WaitAsync(_abort.Token).ConfigureAwait(false);
                session.Tell(new SignalingMessages.Received(this, first), ActorRefs.NoSender);
                while (await ReadAsync(_abort.Token).ConfigureAwait(false) is { } message)
                {
                    session.Tell(new SignalingMessages.Received(this, message), ActorRefs.NoSender);
                }
            }

            end = Volatile.Read(ref _closing) is not null ? ConnectionEnd.ClosedByServer
                : IsGoodbye(_socket.CloseStatus) ? ConnectionEnd.ClosedByClient
                : ConnectionEnd.Lost;
            Close(CloseCodes.Normal, string.Empty);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            end = Volatile.Read(ref _closing) is null ? ConnectionEnd.Lost : ConnectionEnd.ClosedByServer;
            Close(CloseCodes.Normal, string.Empty);
        }
        finally
        {
            // The gateway may still be about to hand the connection to a session, which then learns of its end as well.
            _ = _session.Task.ContinueWith(
                assigned => assigned.Result.Tell(new SignalingMessages.Disconnected(this, end), ActorRefs.NoSender),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }

        await writing.ConfigureAwait(false);
    }

    public void Dispose()
    {
        _abort.Dispose();
        _credits.Dispose();
    }

    /// <summary>Leaving, a closed window, or no reason at all, as protoo-client does it; any other code reports a failure.</summary>
    private static bool IsGoodbye(WebSocketCloseStatus? status) =>
        status is null or WebSocketCloseStatus.Empty or WebSocketCloseStatus.NormalClosure or WebSocketCloseStatus.EndpointUnavailable;

    private async Task<ProtooMessage?> ReadFirstAsync()
    {
        using var deadline = new CancellationTokenSource(_options.FirstMessageTimeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _abort.Token);
        return await ReadAsync(either.Token).ConfigureAwait(false);
    }

    /// <summary>The next message; null when the client has sent its close frame, or must not send any more.</summary>
    private async Task<ProtooMessage?> ReadAsync(CancellationToken cancel)
    {
        await _credits.WaitAsync(cancel).ConfigureAwait(false);

        // Until something comes no buffer is held: most of the time that is.
        var part = await _socket.ReceiveAsync(Memory<byte>.Empty, cancel).ConfigureAwait(false);
        using var buffer = new RentedBuffer();
        while (true)
        {
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            if (part.MessageType != WebSocketMessageType.Text)
            {
                Close(CloseCodes.UnsupportedData, "only text is understood");
                return null;
            }

            buffer.Advance(part.Count);
            if (buffer.Written.Length > _options.MaxMessageBytes)
            {
                Close(CloseCodes.MessageTooBig, $"a message may have {_options.MaxMessageBytes} bytes");
                return null;
            }

            if (part.EndOfMessage)
            {
                return ProtooReader.Read(buffer.Written);
            }

            part = await _socket.ReceiveAsync(buffer.Rest(MinPartBytes), cancel).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync()
    {
        using var patience = new CancellationTokenSource();
        try
        {
            await foreach (var message in _outgoing.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                patience.CancelAfter(_options.KeepAlive);
                await _socket.SendAsync(message.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, patience.Token).ConfigureAwait(false);
                patience.CancelAfter(Timeout.InfiniteTimeSpan);
            }

            var close = Volatile.Read(ref _closing) ?? new CloseFrame(CloseCodes.Normal, string.Empty);
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                patience.CancelAfter(s_closeTimeout);
                await _socket.CloseOutputAsync((WebSocketCloseStatus)close.Code, close.Reason, patience.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The reader finds out as well and reports it.
            Close(CloseCodes.Normal, string.Empty);
        }

        // The reader gets a moment for the client's close frame and is then cut off, which also ends the TCP connection.
        if (_socket.State is not (WebSocketState.Closed or WebSocketState.Aborted))
        {
            _abort.CancelAfter(s_closeTimeout);
        }
        else
        {
            await _abort.CancelAsync().ConfigureAwait(false);
        }
    }
}
