using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Tests.Support;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>A client that gets very many pictures over one path.</summary>
public sealed class SharingSpecs : LoopbackCall
{
    private const int Consumers = 150;
    private const int Path = 1_200_000; // Bits per second: the fewest frames of the lowest layer for two thirds of them.
    private const int PathOfAll = 20_000_000;

    private readonly SimulcastSource _camera;

    public SharingSpecs()
    {
        _camera = new SimulcastSource(World, Publisher);
        _camera.Send(50);
    }

    [Fact]
    public void However_many_there_are_nobody_gets_more_than_the_path_has_room_for()
    {
        ConsumeAll(static _ => 1);
        var (bitrate, served) = Run(Path);
        Assert.InRange(bitrate, Path / 2, Path * 11 / 10);
        Assert.InRange(served.Count, Consumers / 2, Consumers * 3 / 4);
        Assert.Equal(Consumers, Run(PathOfAll).Served.Count);
    }

    [Fact]
    public void Those_of_a_higher_priority_come_first_wherever_they_stand()
    {
        // As if it were known of old which ones are in the way.
        int[] first = [1, 70, 149];
        ConsumeAll(place => first.Contains(place) ? 10 : 1);
        var (_, served) = Run(Path);
        Assert.All(first, place => Assert.Contains(SsrcOf(place), served.Keys));
        Assert.Equal(2, served[SsrcOf(1)]);
        Assert.True(first.Sum(place => served[SsrcOf(place)]) >= 4);
        Assert.All(served.Where(entry => !first.Select(SsrcOf).Contains(entry.Key)), static entry => Assert.Equal(0, entry.Value));
    }

    [Fact]
    public void Sharing_allocates_nothing()
    {
        ConsumeAll(static place => 1 + (place % 7));
        Run(Path);
        var allocated = -1L;
        World.Command(Subscriber.Transport, transport =>
        {
            var bandwidth = transport.Egress.Bandwidth!;
            allocated = AllocationProbe.Measure(_ => bandwidth.Share(World.Now), rounds: 100);
        });
        Assert.Equal(0, allocated);
    }

    private static uint SsrcOf(int place) => 10_000 + (2 * (uint)place);

    private void ConsumeAll(Func<int, int> priority)
    {
        for (var place = 0; place < Consumers; place++)
        {
            var settings = SimulcastSource.Consumer(ssrc: SsrcOf(place));
            Subscriber.Consume(_camera.Producer, settings with
            {
                Id = $"consumer {place}",
                Priority = priority(place),
                RtpParameters = settings.RtpParameters with
                {
                    HeaderExtensions = [],
                    Codecs = [.. settings.RtpParameters.Codecs.Select(static c => c with { RtcpFeedback = [.. c.RtcpFeedback, new RtcpFeedback("goog-remb", "")] })],
                },
            });
        }
    }

    /// <summary>What the client gets in the last of six seconds, in bit/s, and the highest layer of each picture that it gets.</summary>
    private (long Bitrate, Dictionary<uint, int> Served) Run(int bitrate)
    {
        for (var second = 0; second < 6; second++)
        {
            var writer = new RtcpWriter(new byte[100]);
            Assert.True(writer.TryAddRemb(7, bitrate, [SsrcOf(0)]));
            Subscriber.SendRtcp(writer.Written);
            Subscriber.Rtp.Clear();
            _camera.Send(25);
        }

        var served = new Dictionary<uint, int>();
        foreach (var bytes in Subscriber.Rtp)
        {
            Assert.True(RtpPacket.TryParse(bytes, out var packet));
            served[packet.Ssrc] = Math.Max(served.GetValueOrDefault(packet.Ssrc), SimulcastSource.Identify(packet.Payload).Encoding);
        }

        return (Subscriber.Rtp.Sum(static packet => 8L * packet.Length), served);
    }
}
