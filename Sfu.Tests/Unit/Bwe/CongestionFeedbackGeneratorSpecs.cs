using Sfu.Media.Bwe;
using Sfu.Media.Rtcp;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Bwe;

/// <summary>Congestion feedback from the arrival of packets to the results of their sender.</summary>
public class CongestionFeedbackGeneratorSpecs
{
    private readonly CongestionFeedbackGenerator _generator = new();
    private readonly SendHistory _history = new();
    private readonly CongestionFeedbackResults _results = new();
    private readonly byte[] _buffer = new byte[1500];
    private ushort _transportSequence = 65_530;

    private static MediaTime At(long ms) => MediaTime.FromMilliseconds(10_000 + ms);

    private void Send(uint ssrc, ushort sequence, long ms)
    {
        _results.Add(ssrc, sequence, ++_transportSequence, _history);
        _history.Add(_transportSequence, 1000, 0, At(ms));
    }

    private List<PacketResult> Feedback(long ms)
    {
        var found = new List<PacketResult>();
        while (_generator.TryWrite(9, At(ms), NtpTime.FromUnixMicroseconds(1_700_000_000_000_000 + At(ms).Us), _buffer, out var length))
        {
            var reader = new RtcpReader(_buffer.AsSpan(0, length));
            Assert.True(reader.TryNext(out var packet));
            Assert.True(CongestionFeedback.TryParse(packet, out var feedback));
            Assert.Equal(9u, feedback.SenderSsrc);
            _results.Read(feedback, _history, found);
        }

        return found;
    }

    [Fact]
    public void Streams_are_told_of_in_the_order_in_which_their_packets_left()
    {
        for (ushort i = 0; i < 10; i++)
        {
            Send(i % 2 == 0 ? 1u : 2u, (ushort)(65_533 + (i / 2)), i * 5);
            _generator.OnPacket(i % 2 == 0 ? 1u : 2u, (ushort)(65_533 + (i / 2)), At((i * 5) + 40));
        }

        Assert.Equal(At(90), _generator.NextTimeout);
        var results = Feedback(100);
        Assert.Equal(10, results.Count);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(At(i * 5).Us, results[i].SendUs);
            Assert.InRange(results[i].ArrivalUs - results[0].ArrivalUs, (i * 5000) - 1500, (i * 5000) + 1500);
        }

        Assert.Equal(MediaTime.Never, _generator.NextTimeout);
        Assert.Equal(0, _history.BytesInFlight);
    }

    [Fact]
    public void What_is_missing_counts_as_lost_until_it_comes()
    {
        for (ushort i = 0; i < 3; i++)
        {
            Send(1, i, i);
        }

        _generator.OnPacket(1, 0, At(40));
        _generator.OnPacket(1, 2, At(41));
        Assert.Equal([true, false, true], Feedback(50).Select(static r => r.IsReceived));
        _generator.OnPacket(1, 1, At(60));
        Assert.Equal([(true, true)], Feedback(70).Select(static r => (r.IsReceived, r.WasReportedLost)));
        Assert.Empty(Feedback(80));
    }

    [Fact]
    public void What_does_not_fit_one_message_goes_into_the_next()
    {
        for (ushort i = 0; i < 3000; i++)
        {
            Send(1u + (i % 3u), i, i / 10);
            _generator.OnPacket(1u + (i % 3u), i, At((i / 10) + 40));
        }

        Assert.Equal(3000, Feedback(400).Count(static r => r.IsReceived));
    }

    [Fact]
    public void Streams_beyond_the_bound_and_forgotten_ones_are_not_told_of()
    {
        for (uint ssrc = 0; ssrc < CongestionFeedbackGenerator.MaxStreams + 5; ssrc++)
        {
            Send(ssrc, 7, ssrc);
            _generator.OnPacket(ssrc, 7, At(ssrc + 40));
        }

        _generator.Forget(0);
        Assert.Equal(CongestionFeedbackGenerator.MaxStreams - 1, Feedback(200).Count);
    }

    [Fact]
    public void What_was_never_sent_or_is_of_a_stream_that_is_over_changes_nothing()
    {
        Send(1, 5, 0);
        Send(2, 5, 0);
        _results.Forget(2);
        _generator.OnPacket(1, 6, At(10));
        _generator.OnPacket(2, 5, At(10));
        _generator.OnPacket(3, 5, At(10));
        Assert.Empty(Feedback(20));
        Assert.Equal(2000, _history.BytesInFlight);
    }

    [Fact]
    public void A_short_buffer_is_refused()
    {
        _generator.OnPacket(1, 6, At(10));
        Assert.False(_generator.TryWrite(9, At(20), default, _buffer.AsSpan(0, CongestionFeedbackGenerator.MinMessageLength - 1), out _));
        Assert.True(_generator.TryWrite(9, At(20), default, _buffer.AsSpan(0, CongestionFeedbackGenerator.MinMessageLength), out _));
    }
}
