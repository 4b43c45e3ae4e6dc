using Sfu.Media.Dtls;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Dtls;

public sealed class DatagramQueueSpecs
{
    [Fact]
    public void Datagrams_come_out_as_they_went_in()
    {
        const int MaxBytes = 20_000;
        var random = new SeededRandom(3);
        using var queue = new DatagramQueue(MaxBytes);
        var model = new Queue<byte[]>();
        var buffer = new byte[3000];
        var dropped = 0;
        for (var i = 0; i < 20_000; i++)
        {
            if (random.Next(i / 1000 % 2 == 0 ? 3 : 2) > 0)
            {
                var datagram = new byte[random.Next(buffer.Length + 1)];
                random.Fill(datagram);
                var fits = model.Sum(static d => d.Length + 2) + datagram.Length + 2 <= MaxBytes;
                Assert.Equal(fits, queue.TryEnqueue(datagram));
                if (fits)
                {
                    model.Enqueue(datagram);
                }
                else
                {
                    dropped++;
                }
            }
            else
            {
                Assert.Equal(model.TryDequeue(out var expected), queue.TryDequeue(buffer, out var length));
                Assert.Equal(expected ?? [], buffer.AsSpan(0, length));
            }

            Assert.Equal(model.Count == 0, queue.IsEmpty);
        }

        Assert.True(dropped > 0);
    }

    [Fact]
    public void Datagram_too_long_for_the_destination_stays()
    {
        using var queue = new DatagramQueue(1000);
        Assert.True(queue.TryEnqueue(new byte[10]));

        Assert.False(queue.TryDequeue(new byte[9], out _));
        Assert.True(queue.TryDequeue(new byte[10], out var length));
        Assert.Equal(10, length);
    }
}
