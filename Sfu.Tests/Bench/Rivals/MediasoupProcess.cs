using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sfu.Tests.EndToEnd;

namespace Sfu.Bench.Rivals;

/// <summary>mediasoup's Node side, asked by lines of JSON, with one worker below it. Any thread.</summary>
internal sealed class MediasoupProcess : ChildProcess
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    // Owned.
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _asked = new();
    private readonly TaskCompletionSource<JsonElement> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _writing = new();

    // State.
    private int _lastId;

    private MediasoupProcess(MediasoupProgram program)
        : base("/usr/bin/env", [$"MEDIASOUP_WORKER_BIN={program.Worker}", program.Node, Path.Combine(MediasoupProgram.Folder, "server.mjs")])
    {
    }

    /// <summary>What forwards.</summary>
    public int WorkerId { get; private set; }

    /// <summary>RtpCapabilities.</summary>
    public JsonElement RouterCapabilities { get; private set; }

    public static async Task<MediasoupProcess> StartAsync(MediasoupProgram program)
    {
        var process = new MediasoupProcess(program);
        try
        {
            var ready = await process._ready.Task.WaitAsync(s_patience);
            process.WorkerId = ready.GetProperty("workerPid").GetInt32();
            process.RouterCapabilities = ready.GetProperty("rtpCapabilities");
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="InvalidOperationException">mediasoup refuses, or has ended.</exception>
    public async Task<JsonElement> AskAsync(string method, JsonNode? data = null)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer = _asked[id] = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        var line = new JsonObject { ["id"] = id, ["method"] = method, ["data"] = data }.ToJsonString();
        try
        {
            lock (_writing)
            {
                Input.WriteLine(line);
                Input.Flush();
            }
        }
        catch (IOException)
        {
            throw new InvalidOperationException($"mediasoup ended\n{Errors}");
        }

        return await answer.Task.WaitAsync(s_patience);
    }

    /// <summary>Awaits something that needs mediasoup alive.</summary>
    /// <exception cref="InvalidOperationException">mediasoup has ended.</exception>
    public async Task WhileAliveAsync(Task task) => await (await Task.WhenAny(task, _ended.Task).WaitAsync(s_patience));

    protected override void OnOutput(string? line)
    {
        if (line is null)
        {
            Fail(new InvalidOperationException($"mediasoup ended\n{Errors}"));
            return;
        }

        // What mediasoup logs comes between.
        if (!line.StartsWith('{'))
        {
            return;
        }

        var message = JsonElement.Parse(line);
        if (!message.TryGetProperty("id", out var id))
        {
            _ready.TrySetResult(message);
        }
        else if (_asked.TryRemove(id.GetInt32(), out var answer))
        {
            if (message.TryGetProperty("error", out var error))
            {
                answer.TrySetException(new InvalidOperationException($"mediasoup: {error}"));
            }
            else
            {
                answer.TrySetResult(message.GetProperty("data"));
            }
        }
    }

    private void Fail(Exception failure)
    {
        _ended.TrySetException(failure);
        _ready.TrySetException(failure);
        foreach (var answer in _asked.Values)
        {
            answer.TrySetException(failure);
        }
    }
}
