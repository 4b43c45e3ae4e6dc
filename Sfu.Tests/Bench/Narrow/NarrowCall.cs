using Sfu.Bench.Load;
using Sfu.Media.Rtcp;
using Sfu.Media.Wire;
using Sfu.Tests.Support.Loopback;
using Sfu.Tests.Support.Network;

namespace Sfu.Bench.Narrow;

/// <summary>
/// A camera, an SFU, and a client behind a simulated link, in real time. Load thread only, except where it says otherwise.
/// </summary>
internal sealed class NarrowCall : ITimed
{
    private const int ClientMs = 5;
    private const int QueueMs = 10;
    private const int SampleMs = 100;

    /// <summary>Over so many samples the rate is told at which the client receives.</summary>
    private const int RateSamples = 5;

    // Given.
    private readonly LinkProfile _profile;
    private readonly CameraKind _kind;
    private readonly TimeSpan _duration;

    // Owned.
    private readonly Queue<long> _received = new();
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SocketMediaPeer _publisher = null!;
    private SocketMediaPeer _subscriber = null!;
    private ICamera _camera = null!;
    private ReceptionReports _reports = null!;

    // State.
    private MediaTime _start = MediaTime.Never;
    private MediaTime _nextFrame;
    private MediaTime _nextClient;
    private MediaTime _nextQueue;
    private MediaTime _nextSample;
    private long _estimate;

    public NarrowCall(LinkProfile profile, CameraKind kind, int seed, TimeSpan duration)
    {
        _profile = profile;
        _kind = kind;
        _duration = duration;
        Link = new SimulatedLink<byte[]>(profile, seed);
    }

    public INarrowRoom Room { get; private set; } = null!;

    public SimulatedLink<byte[]> Link { get; }

    public ClientReceiver Client { get; private set; } = null!;

    public List<CorridorSample> Samples { get; } = [];

    /// <summary>How long a packet would have waited at the bottleneck, every ten milliseconds.</summary>
    public List<(double Seconds, double Ms)> Queue { get; } = [];

    /// <summary>How late the camera was at most, and when.</summary>
    public (double Ms, double AtSeconds) LatestFrame { get; private set; }

    /// <summary>Packets of the camera that the SFU asked for again: the way to it should lose none.</summary>
    public int AskedOfCamera { get; private set; }

    /// <summary>Any thread. Done when the time is over.</summary>
    public Task Finished => _finished.Task;

    /// <summary>Any thread. What the SFU believes of the path, in bit/s.</summary>
    public long Estimate
    {
        get => Volatile.Read(ref _estimate);
        set => Volatile.Write(ref _estimate, value);
    }

    /// <summary>Any thread, before it starts.</summary>
    public async Task OpenAsync(INarrowSfu sfu, LoadPeer load, string name)
    {
        Room = await sfu.OpenRoomAsync(
            load,
            name,
            transport =>
            {
                _publisher = new SocketMediaPeer(transport);
                _publisher.OnRtcp = CountAsked;
                _camera = CorridorCameras.Create(_kind, _publisher);
                return _camera.SendParameters;
            });
        _subscriber = new SocketMediaPeer(Room.Subscriber);
        _reports = new ReceptionReports(_subscriber, Room.Stream);
        Client = new ClientReceiver(_subscriber, _camera, Room.Stream, (long)_profile.OneWay.TotalMicroseconds + 12_000);
        _subscriber.OnRtp = OnRtp;
        _subscriber.OnRtcp = compound => _reports.OnRtcp(compound, _subscriber.Now);
    }

    public void Start(MediaTime at)
    {
        _start = _nextFrame = _nextClient = _nextQueue = at;
        _nextSample = at.PlusMs(SampleMs);
        _subscriber.TakeLink(Link, at);
    }

    public void OnTime()
    {
        var now = _publisher.Now;
        if (now < _start || Finished.IsCompleted)
        {
            return;
        }

        if (now.UsSince(_start) > _duration.TotalMicroseconds)
        {
            Client.Finish(now);
            _finished.TrySetResult();
            return;
        }

        while (_nextFrame <= now)
        {
            var late = now.UsSince(_nextFrame) / 1000.0;
            LatestFrame = late > LatestFrame.Ms ? (late, now.UsSince(_start) / 1e6) : LatestFrame;
            _nextFrame = _nextFrame.PlusMs(ICamera.FrameMs);
            _camera.SendOne();
        }

        _subscriber.OnTime(now);
        if (_nextClient <= now)
        {
            _nextClient = now.PlusMs(ClientMs);
            Client.OnTime(now);
            _reports.OnTime(now);
        }

        if (_nextQueue <= now)
        {
            _nextQueue = _nextQueue.PlusMs(QueueMs);
            Queue.Add((now.UsSince(_start) / 1e6, Link.QueueUs(now.UsSince(_start)) / 1000.0));
        }

        if (_nextSample <= now)
        {
            _nextSample = _nextSample.PlusMs(SampleMs);
            AddSample(now);
        }
    }

    private void CountAsked(byte[] compound)
    {
        var reader = new RtcpReader(compound);
        while (reader.TryNext(out var part))
        {
            if (GenericNack.TryParse(part, out var nack))
            {
                while (nack.TryNext(out _))
                {
                    AskedOfCamera++;
                }
            }
        }
    }

    private void OnRtp(byte[] packet, MediaTime now)
    {
        _reports.OnRtp(packet, now);
        Client.OnRtp(packet, now);
    }

    private void AddSample(MediaTime now)
    {
        var us = now.UsSince(_start);
        _received.Enqueue(Client.BytesReceived);
        var before = _received.Count > RateSamples ? _received.Dequeue() : 0;
        Samples.Add(new CorridorSample(
            us / 1e6,
            _profile.RateAt(us),
            Estimate,
            Client.SpatialShown,
            -1,
            Link.QueueUs(us) / 1000.0,
            Client.SinceLastFrameMs(now),
            (Client.BytesReceived - before) * 8 * 1000 / (RateSamples * SampleMs),
            Client.BytesShown));
    }
}
