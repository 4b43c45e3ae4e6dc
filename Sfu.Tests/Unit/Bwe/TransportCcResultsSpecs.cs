using Sfu.Media.Bwe;
using Sfu.Media.Rtcp;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Bwe;

public class TransportCcResultsSpecs
{
    private readonly SendHistory _history = new();
    private readonly TransportCcResults _results = new();
    private readonly TransportCcFeedbackGenerator _client = new();
    private readonly byte[] _buffer = new byte[1500];

    private List<PacketResult> Feedback()
    {
        var found = new List<PacketResult>();
        while (_client.TryWrite(1, 2, _buffer, out var length))
        {
            var reader = new RtcpReader(_buffer.AsSpan(0, length));
            Assert.True(reader.TryNext(out var packet));
            Assert.True(TransportCcFeedback.TryParse(packet, out var feedback));
            _results.Read(feedback, _history, found);
        }

        return found;
    }

    [Fact]
    public void Times_go_on_where_the_reference_time_wraps_around()
    {
        // 24 bits of 64 ms.
        const long WrapUs = (1L << 23) * TransportCcFeedback.ReferenceUnitUs;
        for (ushort i = 0; i < 10; i++)
        {
            _history.Add(i, 1000, 0, MediaTime.FromMilliseconds(i * 50));
        }

        _client.OnPacket(0, new MediaTime(WrapUs - 100_000));
        var first = Assert.Single(Feedback());
        for (ushort i = 1; i < 10; i++)
        {
            _client.OnPacket(i, new MediaTime(WrapUs - 100_000 + (i * 50_000L)));
        }

        var results = Feedback();
        Assert.Equal(9, results.Count);
        Assert.All(results.Index(), r => Assert.Equal((r.Index + 1) * 50_000L, r.Item.ArrivalUs - first.ArrivalUs));
    }

    [Fact]
    public void What_was_never_sent_is_no_result()
    {
        _history.Add(5, 1000, 0, MediaTime.FromMilliseconds(1));
        _client.OnPacket(5, MediaTime.FromMilliseconds(40));
        _client.OnPacket(6, MediaTime.FromMilliseconds(41));
        Assert.Single(Feedback());
    }

    [Theory]
    [InlineData(0x0005, 5, 0)] // A run of five that did not come.
    [InlineData(0x2003, 3, 3)] // Three with small deltas.
    [InlineData(0x4002, 2, 4)] // Two with large ones.
    [InlineData(0xBFFF, 14, 14)]
    [InlineData(0xD555, 7, 7)]
    public void A_chunk_says_how_many_statuses_it_has_and_how_long_their_deltas_are(int value, int count, int deltas)
    {
        var chunk = new TransportCcChunk((ushort)value);
        Assert.Equal((count, deltas), (chunk.Count, chunk.DeltaLength(chunk.Count)));
    }

    [Fact]
    public void Chunks_are_packed_as_densely_as_their_symbols_allow()
    {
        Span<byte> room = stackalloc byte[64];
        var writer = new TransportCcChunkWriter(room);
        for (var i = 0; i < 100; i++)
        {
            writer.Add(TransportCcStatus.SmallDelta);
        }

        for (var i = 0; i < 14; i++)
        {
            writer.Add((byte)(i % 2));
        }

        writer.Add(TransportCcStatus.LargeDelta);
        var expected = writer.Length;
        Assert.Equal(expected, writer.Finish());
        Assert.Equal(6, expected);
        Assert.Equal(0x2064, (room[0] << 8) | room[1]);
        Assert.Equal(0x9555, (room[2] << 8) | room[3]);
    }

    [Fact]
    public void A_demand_knows_the_next_better_target_that_is_there_and_wanted()
    {
        var demand = new LayerDemand { Wanted = 9 };
        Assert.True(demand.IsUnknown);
        Assert.Equal(0, demand.WantedRate);
        ReadOnlySpan<int> kbps = [100, 120, 150, 0, 400, 450, 500, 0, 1500, 1800, 2000];
        for (var i = 0; i < kbps.Length; i++)
        {
            demand.Rates[i] = kbps[i];
        }

        Assert.False(demand.IsUnknown);
        Assert.Equal(1800, demand.WantedRate);
        Assert.Equal([0, 1, 2, 4, 4, 5, 6, 8, 8, 9, LayerDemand.None], Enumerable.Range(-1, 11).Select(demand.NextAbove));
        Assert.Equal((0L, 150L, 500L), (demand.RateUpTo(-1), demand.RateUpTo(3), demand.RateUpTo(7)));
    }
}
