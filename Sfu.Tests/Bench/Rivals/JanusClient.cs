using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sfu.Bench.Signaling;

namespace Sfu.Bench.Rivals;

/// <summary>A session of Janus' API over a WebSocket. Any thread.</summary>
internal sealed class JanusClient : IAsyncDisposable
{
    private const string Plugin = "janus.plugin.videoroom";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    // Owned.
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonElement>> _asked = new();
    private MessageSocket _socket = null!;

    // State.
    private long _session;
    private long _lastTransaction;

    private JanusClient()
    {
    }

    public static async Task<JanusClient> ConnectAsync(Uri address)
    {
        var client = new JanusClient();
        client._socket = await MessageSocket.ConnectAsync(address, "janus-protocol", client.OnMessage, client.OnClosed);
        client._session = Id(await client.AskAsync(new JsonObject { ["janus"] = "create" }));
        return client;
    }

    /// <summary>A new handle of the videoroom plugin.</summary>
    public async Task<long> AttachAsync() => Id(await AskAsync(new JsonObject { ["janus"] = "attach", ["plugin"] = Plugin }));

    /// <summary>Asks the plugin; the whole event or success that answers.</summary>
    /// <exception cref="InvalidOperationException">Janus or the plugin refuses.</exception>
    public async Task<JsonElement> MessageAsync(long handle, JsonObject body, JsonObject? jsep = null)
    {
        var request = new JsonObject { ["janus"] = "message", ["handle_id"] = handle, ["body"] = body };
        if (jsep is not null)
        {
            request["jsep"] = jsep;
        }

        var answer = await AskAsync(request);
        if (answer.TryGetProperty("plugindata", out var plugin) && plugin.GetProperty("data").TryGetProperty("error", out var error))
        {
            throw new InvalidOperationException($"Janus: {error}");
        }

        return answer;
    }

    public ValueTask DisposeAsync() => _socket.DisposeAsync();

    private static long Id(JsonElement answer) => answer.GetProperty("data").GetProperty("id").GetInt64();

    private async Task<JsonElement> AskAsync(JsonObject request)
    {
        var transaction = Interlocked.Increment(ref _lastTransaction).ToString(CultureInfo.InvariantCulture);
        request["transaction"] = transaction;
        if (_session != 0)
        {
            request["session_id"] = _session;
        }

        var answer = _asked[transaction] = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _socket.SendAsync(request.ToJsonString());
        return await answer.Task.WaitAsync(s_patience);
    }

    private void OnMessage(ReadOnlyMemory<byte> bytes)
    {
        var message = JsonElement.Parse(bytes.Span);
        var kind = message.GetProperty("janus").GetString();

        // The plugin answers requests at once, or acknowledges them and answers by an event.
        if (kind == "ack" || !message.TryGetProperty("transaction", out var transaction) || !_asked.TryRemove(transaction.GetString()!, out var answer))
        {
            return;
        }

        if (kind == "error")
        {
            answer.TrySetException(new InvalidOperationException($"Janus: {message.GetProperty("error")}"));
        }
        else
        {
            answer.TrySetResult(message);
        }
    }

    private void OnClosed(string reason)
    {
        foreach (var answer in _asked.Values)
        {
            answer.TrySetException(new InvalidOperationException(reason));
        }
    }
}
