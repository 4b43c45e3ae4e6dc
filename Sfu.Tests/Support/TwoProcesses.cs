using Sfu.Media.Control;
using Sfu.Media.Net;
using Sfu.Media.Remote;

namespace Sfu.Tests.Support;

/// <summary>
/// A node's and a media process' watch on each other, in virtual time. A process that is stopped neither beats nor hears; when it goes on, a beat that
/// was due is late, and what it was told meanwhile is there.
/// </summary>
internal sealed class TwoProcesses : IMediaProcess, IMediaProcessEvents
{
    private readonly SeamPatience _patience;
    private readonly MediaProcessWatch _node;
    private readonly NodeWatch _media;
    private readonly ThreadPulse[] _threads;
    private readonly bool[] _woken;
    private readonly Queue<(long At, Action Told)> _toNode = [];
    private readonly Queue<(long At, Action Told)> _toMedia = [];
    private long _nowMs;
    private long _nodeBeatAt;
    private long _mediaBeatAt;

    public TwoProcesses(TimeSpan patience)
    {
        _patience = new SeamPatience(patience);
        _woken = new bool[2];
        _threads = [.. _woken.Select((_, index) => new ThreadPulse($"sfu-media-{index}", () => _woken[index] = true))];
        _node = new MediaProcessWatch(this, _patience, NodeSays.Add);
        _media = new NodeWatch(this, _threads, _patience, MediaSays.Add);
        (_nodeBeatAt, _mediaBeatAt) = (BeatMs, BeatMs);
    }

    public bool NodeRuns { get; set; } = true;

    public bool MediaRuns { get; set; } = true;

    /// <summary>Its work comes so much later to its turn. Milliseconds.</summary>
    public long MediaLatencyMs { get; set; }

    /// <summary>Index of a media thread that hangs.</summary>
    public int? Hanging { get; set; }

    /// <summary>Why it has given up the media process.</summary>
    public List<string> NodeSays { get; } = [];

    /// <summary>Why it has given up the node.</summary>
    public List<string> MediaSays { get; } = [];

    public int Pings { get; private set; }

    private long BeatMs => (long)_patience.Beat.TotalMilliseconds;

    public void Run(TimeSpan time)
    {
        for (var end = _nowMs + (long)time.TotalMilliseconds; _nowMs < end; _nowMs++)
        {
            // Who goes on after a stop beats before it hears: the worse order.
            if (NodeRuns)
            {
                BeatWhenDue(ref _nodeBeatAt, _node.Beat);
                Hear(_toNode);
            }

            if (MediaRuns)
            {
                BeatWhenDue(ref _mediaBeatAt, _media.Beat);
                Hear(_toMedia);
                Turn();
            }
        }
    }

    void IMediaProcess.Ping()
    {
        Pings++;
        _toMedia.Enqueue((_nowMs + MediaLatencyMs, _media.Asked));
    }

    void IMediaProcessEvents.PingAnswered() => _toNode.Enqueue((_nowMs + 1, _node.Answered));

    void IMediaProcessEvents.ThreadStandsStill(string thread) => _toNode.Enqueue((_nowMs + 1, () => _node.ThreadStandsStill(thread)));

    void IMediaProcess.Start(MediaPlaneOptions options, long patienceMs)
    {
    }

    void IMediaProcess.MeasureRuntime(long requestId, bool collect)
    {
    }

    void IMediaProcessEvents.Started()
    {
    }

    void IMediaProcessEvents.StartFailed(StartFailure why, string reason)
    {
    }

    void IMediaProcessEvents.Warned(string text)
    {
    }

    void IMediaProcessEvents.RuntimeMeasured(long requestId, RuntimeReport report)
    {
    }

    void IMediaProcessEvents.HandlesFreed(HandleKind kind, ulong[] handles)
    {
    }

    /// <summary>As <see cref="BeatThread"/>: none is made up for.</summary>
    private void BeatWhenDue(ref long at, Action beat)
    {
        if (_nowMs >= at)
        {
            beat();
            at = _nowMs + BeatMs;
        }
    }

    private void Hear(Queue<(long At, Action Told)> queue)
    {
        while (queue.TryPeek(out var next) && next.At <= _nowMs)
        {
            queue.Dequeue().Told();
        }
    }

    private void Turn()
    {
        for (var i = 0; i < _threads.Length; i++)
        {
            if (_woken[i] && i != Hanging)
            {
                _woken[i] = false;
                _threads[i].Beat();
            }
        }
    }
}
