using System.Buffers.Binary;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Wire;

/// <summary>RFC 4571 framing, both ways.</summary>
public sealed class FrameSpecs
{
    [Fact]
    public void Frames_come_out_whole_wherever_the_stream_was_cut()
    {
        var random = new SeededRandom(3);
        var frames = Enumerable.Range(0, 60).Select(i => Filled(random, i % 7 == 0 ? 0 : 1 + random.Next(i % 5 == 0 ? FrameReader.MaxFrameBytes : 40))).ToList();
        var stream = frames.SelectMany(Framed).ToArray();
        var expected = frames.Where(static frame => frame.Length > 0).ToList();
        for (var round = 0; round < 300; round++)
        {
            var reader = new FrameReader();
            var found = new List<byte[]>();
            for (var at = 0; at < stream.Length;)
            {
                var piece = round == 0 ? 1 : Math.Min(stream.Length - at, 1 + random.Next(round % 3 == 0 ? 5 : 5000));
                Assert.NotEqual(FrameStatus.TooLong, Read(reader, stream.AsSpan(at, piece).ToArray(), found));
                at += piece;
            }

            Assert.Equal(expected, found);
            Assert.Equal(0, reader.PendingBytes);
        }
    }

    [Fact]
    public void Each_cut_of_two_frames_gives_the_same_two()
    {
        var stream = Framed([1, 2, 3]).Concat(Framed([])).Concat(Framed([4, 5])).ToArray();
        for (var cut = 0; cut <= stream.Length; cut++)
        {
            var reader = new FrameReader();
            var found = new List<byte[]>();
            Read(reader, stream[..cut], found);
            Read(reader, stream[cut..], found);

            Assert.Equal([[1, 2, 3], [4, 5]], found);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Frame_that_is_too_long_is_refused_as_soon_as_its_length_is_known(int piece)
    {
        var reader = new FrameReader();
        var stream = new byte[] { 0x08, 0x01, 0 };
        var status = FrameStatus.Incomplete;
        for (var at = 0; at < stream.Length && status != FrameStatus.TooLong; at += piece)
        {
            status = Read(reader, stream[at..Math.Min(at + piece, stream.Length)], []);
        }

        Assert.Equal(FrameStatus.TooLong, status);
    }

    [Fact]
    public void Queue_gives_back_the_stream_of_what_it_took_and_drops_whole_frames_only()
    {
        var random = new SeededRandom(5);
        var queue = new FrameQueue(20_000);
        var taken = new List<byte>();
        var left = new List<byte>();
        var refused = 0;
        for (var step = 0; step < 20_000; step++)
        {
            if (random.Next(100) < 55)
            {
                var frame = Filled(random, 1 + random.Next(1400));
                if (queue.TryEnqueue(frame))
                {
                    taken.AddRange(Framed(frame));
                }
                else
                {
                    refused++;
                }
            }
            else if (queue.Count > 0)
            {
                var bytes = queue.Peek();
                Assert.False(bytes.IsEmpty);
                var count = 1 + random.Next(Math.Min(bytes.Length, 900));
                left.AddRange(bytes[..count]);
                queue.Consume(count);
            }

            Assert.InRange(queue.Count, 0, 20_000);
        }

        while (queue.Count > 0)
        {
            var bytes = queue.Peek();
            left.AddRange(bytes);
            queue.Consume(bytes.Length);
        }

        Assert.Equal(taken, left);
        Assert.Equal(refused, queue.Dropped);
        Assert.True(refused > 100);
    }

    [Fact]
    public void Frame_that_matters_finds_room_in_a_queue_that_is_full_and_that_room_has_a_bound()
    {
        var queue = new FrameQueue(20_000);
        while (queue.TryEnqueue(new byte[1200]))
        {
        }

        Assert.False(queue.TryEnqueue(new byte[1200]));
        Assert.True(queue.TryEnqueue(new byte[40], matters: true));
        var frames = 0;
        while (queue.TryEnqueue(new byte[1200], matters: true))
        {
            frames++;
        }

        Assert.InRange(frames, 1, 20);
    }

    [Fact]
    public void Large_bursts_that_come_again_and_again_cost_no_new_memory()
    {
        var queue = new FrameQueue(256 * 1024);
        var frame = new byte[1200];
        Assert.Equal(0, AllocationProbe.Measure(_ => Burst(), rounds: 20));

        void Burst()
        {
            for (var i = 0; i < 150; i++)
            {
                Assert.True(queue.TryEnqueue(frame));
            }

            while (queue.Count > 0)
            {
                queue.Consume(queue.Peek().Length);
            }
        }
    }

    private static FrameStatus Read(FrameReader reader, byte[] piece, List<byte[]> found)
    {
        var input = piece.AsSpan();
        FrameStatus status;
        while ((status = reader.TryRead(ref input, out var frame)) == FrameStatus.Frame)
        {
            found.Add(frame.ToArray());
        }

        return status;
    }

    private static byte[] Filled(SeededRandom random, int length)
    {
        var bytes = new byte[length];
        random.Fill(bytes);
        return bytes;
    }

    private static byte[] Framed(byte[] frame)
    {
        var bytes = new byte[2 + frame.Length];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)frame.Length);
        frame.CopyTo(bytes, 2);
        return bytes;
    }
}
