using Sfu.Media.Control;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>How well a consumer's stream reaches its client, and what has been told of it. Media thread only.</summary>
internal sealed class ConsumerScoring(MediaProducer producer)
{
    private ConsumerScore? _told;
    private StreamScore _score;
    private bool _hasReport;

    /// <summary>0 … 10; the best until the client has told otherwise.</summary>
    public int Value => _hasReport ? _score.Value : StreamScore.Max;

    /// <summary>The client has told how the stream arrives (RFC 3550 §6.4.1).</summary>
    public void OnReport(byte fractionLost, long packetsSent, long packetsRetransmitted, MediaTime now)
    {
        _score.OnReport(now, fractionLost, packetsSent, packetsRetransmitted);
        _hasReport = true;
    }

    /// <summary>What there is to tell; null while nothing has changed.</summary>
    /// <param name="encoding">The one that the stream is made from at present; −1 for none.</param>
    public ConsumerScore? TakeNews(int encoding)
    {
        var scores = producer.Scores;
        var ofEncoding = (uint)encoding < (uint)scores.Length ? scores[encoding] : 0;
        if (_told is { } told && told.Score == Value && told.ProducerScore == ofEncoding && told.ProducerScores.AsSpan().SequenceEqual(scores))
        {
            return null;
        }

        return _told = new ConsumerScore(Value, ofEncoding, [.. scores]);
    }
}
