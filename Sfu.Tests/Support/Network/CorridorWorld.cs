using Sfu.Media.Bwe;
using Sfu.Media.Control;
using Sfu.Media.Forwarding;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Support.Network;

/// <summary>
/// The real engine between a camera with three layers and a client behind a simulated link: what the node believes of the path, which
/// layers the client gets, and how smoothly. Virtual time.
/// </summary>
internal sealed class CorridorWorld : IDisposable
{
    private const int SampleMs = 100;
    private const int FeedbackMs = 5;
    private const long TickMs = 5;

    private readonly LoopbackWorld _world = new();
    private readonly LoopbackPeer _publisher;
    private readonly LoopbackPeer _subscriber;
    private readonly ICamera _source;
    private readonly LinkProfile _profile;
    private readonly SimulatedLink<byte[]> _down;
    private readonly ClientReceiver _client;
    private readonly long _startUs;

    public CorridorWorld(LinkProfile profile, int seed = 1, CameraKind camera = CameraKind.Vp8Simulcast, int keyFrameFactor = 1)
    {
        _profile = profile;
        TellsTemporalLayers = camera != CameraKind.H264Simulcast;
        _publisher = _world.NewConnectedPeer();
        _subscriber = _world.NewConnectedPeer();
        _source = CorridorCameras.Create(camera, _world, _publisher, keyFrameFactor);
        _subscriber.Consume(_source.Producer, _source.RepairingConsumer());
        _client = new ClientReceiver(_subscriber, _source);
        _down = new SimulatedLink<byte[]>(profile, seed);
        _world.DelayUs = 1000;
        _startUs = _world.Now.Us;
        _world.Divert = Divert;
    }

    public List<CorridorSample> Samples { get; } = [];

    /// <summary>Longest time without a new decodable frame, in milliseconds, from the first frame on.</summary>
    public double LongestFreezeMs => _client.LongestFreezeMs;

    public int Freezes(double overMs) => _client.Gaps.Count(gap => gap.Ms > overMs);

    public IReadOnlyList<(double At, double Ms)> Gaps => [.. _client.Gaps.Select(gap => ((gap.AtUs - _startUs) / 1e6, gap.Ms))];

    public void Run(TimeSpan duration)
    {
        var end = _world.Now.PlusUs((long)duration.TotalMicroseconds);
        var nextSample = _world.Now;
        var nextFrame = _world.Now;
        var nextFeedback = _world.Now;
        while (_world.Now < end)
        {
            if (nextFrame <= _world.Now)
            {
                nextFrame = nextFrame.PlusMs(ICamera.FrameMs);
                _source.SendOne();
            }

            Deliver();
            if (nextFeedback <= _world.Now)
            {
                nextFeedback = nextFeedback.PlusMs(FeedbackMs);
                _client.OnTime(_world.Now);
            }

            if (nextSample <= _world.Now)
            {
                nextSample = nextSample.PlusMs(SampleMs);
                AddSample();
            }

            _world.Run(TimeSpan.FromMilliseconds(TickMs));
        }

        _client.Finish(_world.Now);
    }

    /// <summary>Packets that found no room in the queue.</summary>
    public long Dropped => _down.Dropped;

    /// <summary>Whether the packets of the camera say which temporal layer they belong to.</summary>
    public bool TellsTemporalLayers { get; }

    /// <summary>Seconds from a moment to the first sample that is as asked for; infinite when there is none.</summary>
    public double FirstSeconds(double from, Func<CorridorSample, bool> match) => Samples.FirstSeconds(from, match);

    /// <summary>Seconds from a moment until the queue is under 100 ms, and stays so for a second.</summary>
    public double DrainedAfterSeconds(double from) => Samples.DrainedAfterSeconds(from);

    /// <summary>Has the subscriber's transport traced from now on.</summary>
    /// <returns>What is told, as it comes.</returns>
    public IReadOnlyList<MediaTrace> TraceSubscriber(MediaTraceTypes types)
    {
        _world.Command(_subscriber.Transport, home => home.Trace(types));
        return _subscriber.Events.Traces;
    }

    public void LimitSubscriber(BitrateLimits limits) => _world.Command(_subscriber.Transport, home => home.SetBitrateLimits(limits));

    public TransportStats SubscriberStats()
    {
        _world.Command(_subscriber.Transport, static home => home.ReportStats(99));
        return _subscriber.Events.Stats.OfType<TransportStats>().Single();
    }

    /// <summary>What the call has shown.</summary>
    /// <param name="times">Of its corridor.</param>
    public CorridorFigures Figures(CorridorTimes times)
    {
        var stats = SubscriberStats();
        var sent = stats.RtpBytesSent + stats.RtxBytesSent + stats.ProbationBytesSent;
        return new CorridorFigures(times, Gaps, Samples, new CorridorBytes(sent, stats.RtxBytesSent, _client.BytesReceived, _client.BytesShown));
    }

    public void Dispose() => _world.Dispose();

    private long Us => _world.Now.Us - _startUs;

    /// <summary>What the node sends to the subscriber takes the simulated link.</summary>
    private bool Divert(LoopbackPeer peer, byte[] datagram)
    {
        if (peer != _subscriber)
        {
            return false;
        }

        _down.Send(datagram, datagram.Length, Us);
        return true;
    }

    private void Deliver()
    {
        while (_down.TryReceive(Us, out var datagram))
        {
            _subscriber.OnDatagram(datagram, _world.Now);
            _subscriber.Rtp.ForEach(packet => _client.OnRtp(packet, _world.Now));
            _subscriber.Rtp.Clear();
            _subscriber.Rtcp.Clear();
        }
    }

    private void AddSample()
    {
        var estimate = 0L;
        _world.Command(_subscriber.Transport, transport => estimate = transport.Egress.Bandwidth?.Bitrate ?? 0);
        var layers = _subscriber.Events.Layers.Count > 0 ? _subscriber.Events.Layers[^1].Layers : null;
        Samples.Add(new CorridorSample(
            Us / 1e6,
            _profile.RateAt(Us),
            estimate,
            layers?.SpatialLayer ?? -1,
            layers?.TemporalLayer ?? -1,
            _down.QueueUs(Us) / 1000.0,
            _client.SinceLastFrameMs(_world.Now),
            ShownBytes: _client.BytesShown));
    }
}
