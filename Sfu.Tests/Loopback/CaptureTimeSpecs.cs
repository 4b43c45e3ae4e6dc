using Sfu.Media.Control;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>
/// Absolute capture times over changes of the encoding. They are times of the publisher's wall clock, not of an encoding's timestamps: a frame has
/// the same in each encoding, and passes with it as it came.
/// </summary>
public sealed class CaptureTimeSpecs : IDisposable
{
    // The timestamps of two encodings begin anywhere: the wall clock joins them, to within a step that keeps them going forward.
    private const long ToleranceUs = 2_000;

    private readonly LoopbackWorld _world = new();
    private readonly LoopbackPeer _subscriber;
    private readonly SimulcastSource _source;

    public CaptureTimeSpecs()
    {
        var publisher = _world.NewConnectedPeer();
        _subscriber = _world.NewConnectedPeer();
        _source = new SimulcastSource(_world, publisher) { CaptureTimes = CapturedAt };
        _source.Send(10);
    }

    public void Dispose()
    {
        Assert.Empty(_world.Faults);
        _world.Dispose();
    }

    [Fact]
    public void Each_frame_has_the_time_of_its_own_capture_whichever_encoding_carries_it()
    {
        Walk();
        Assert.All(Received(), static packet => Assert.Equal(CapturedAt(packet.Frame), packet.Captured));
    }

    [Fact] // A client that is told now and then goes by the timestamps in between (abs-capture-time, "Interpolation").
    public void What_a_client_finds_by_the_timestamps_in_between_is_right_over_a_change()
    {
        Walk();
        var packets = Received();
        var told = packets[0];
        foreach (var packet in packets.Skip(1))
        {
            var byTimestamps = told.Captured.PlusUs(Serial.Distance(packet.Timestamp, told.Timestamp) * 1000L / 90);
            Assert.InRange(packet.Captured.UsSince(byTimestamps), -ToleranceUs, ToleranceUs);
        }
    }

    private static NtpTime CapturedAt(int frame) => NtpTime.FromUnixMicroseconds(1_700_000_000_000_000 + (frame * SimulcastSource.FrameMs * 1000L));

    private void Walk()
    {
        var consumer = _subscriber.Consume(_source.Producer, SimulcastSource.Consumer(new ConsumerLayers(0, null)));
        _source.Send(50);
        foreach (var wanted in new[] { 2, 0, 1, 2 })
        {
            _world.Command(directory => directory.Consumer(consumer, c => c.Layers.Prefer(new ConsumerLayers(wanted, null), _world.Now)));
            _source.Send(50);
        }
    }

    private List<(int Frame, uint Timestamp, NtpTime Captured)> Received()
    {
        var received = new List<(int, uint, NtpTime)>();
        var encodings = new HashSet<int>();
        foreach (var bytes in _subscriber.Rtp)
        {
            Assert.True(RtpPacket.TryParse(bytes, out var packet));
            if (packet.Ssrc != TestMedia.ConsumerSsrc)
            {
                continue;
            }

            Assert.True(packet.TryFindExtension(SimulcastSource.CaptureTimeId, out var extension));
            Assert.True(HeaderExtensionValues.TryReadAbsCaptureTime(extension.Data, out var time));
            var (encoding, frame, _) = SimulcastSource.Identify(packet.Payload);
            encodings.Add(encoding);
            received.Add((frame, packet.Timestamp, time.Capture));
        }

        Assert.Equal([0, 1, 2], encodings.Order());
        return received;
    }
}
