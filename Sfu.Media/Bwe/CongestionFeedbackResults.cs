using System.Runtime.InteropServices;
using Sfu.Media.Rtcp;
using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>
/// Turns congestion control feedback (RFC 8888) into packet results: finds by a stream's number what left when. Media thread only.
/// </summary>
internal sealed class CongestionFeedbackResults
{
    private readonly Dictionary<uint, StreamNumbers> _streams = [];
    private readonly List<long> _order = [];
    private readonly List<PacketResult> _unordered = [];
    private long _timestamp;
    private bool _started;

    /// <summary>A packet leaves under both numbers.</summary>
    public void Add(uint ssrc, ushort sequence, ushort transportSequence, SendHistory history)
    {
        if (!_streams.TryGetValue(ssrc, out var stream))
        {
            stream = new StreamNumbers();
            _streams.Add(ssrc, stream);
        }

        stream.Add(sequence, transportSequence, history);
    }

    /// <summary>The stream is over.</summary>
    public void Forget(uint ssrc) => _streams.Remove(ssrc);

    /// <summary>Nothing is under way any more: gives memory back.</summary>
    public void Clear() => _streams.Clear();

    /// <summary>Adds what is new to <paramref name="results"/>, in order of sending.</summary>
    /// <remarks>A packet that came at a time that is not told may be told of better by the next message: it is left open.</remarks>
    public void Read(in CongestionFeedback feedback, SendHistory history, List<PacketResult> results)
    {
        // The timestamp has 32 bits and wraps after 18 hours.
        _timestamp = _started ? Serial.Unwrap(feedback.Timestamp, _timestamp) : feedback.Timestamp;
        _started = true;
        _order.Clear();
        _unordered.Clear();
        var blocks = feedback.GetBlocks();
        while (blocks.TryNext(out var block))
        {
            if (_streams.TryGetValue(block.Ssrc, out var stream))
            {
                Read(block, stream, history);
            }
        }

        // The blocks are in order of their streams.
        var order = CollectionsMarshal.AsSpan(_order);
        var unordered = CollectionsMarshal.AsSpan(_unordered);
        order.Sort(unordered);
        results.AddRange(unordered);
    }

    private void Read(CongestionFeedbackBlock block, StreamNumbers stream, SendHistory history)
    {
        for (var i = 0; i < block.Count; i++)
        {
            var arrival = block[i];
            if (arrival is { IsReceived: true, Offset: > PacketArrival.MaxOffset }
                || !stream.TryFind((ushort)(block.BeginSequence + i), out var sequence))
            {
                continue;
            }

            var arrivalUs = arrival.IsReceived
                ? (_timestamp * 1_000_000 / 65_536) - (arrival.Offset * 1_000_000L / PacketArrival.UnitsPerSecond)
                : PacketResult.Lost;
            if (history.TryResolve(sequence, arrivalUs, out var result))
            {
                _order.Add(history.Unwrap(sequence));
                _unordered.Add(result);
            }
        }
    }
}
