using System.Collections.Concurrent;
using Sfu.Actors.Protocol;
using Sfu.Media.Net;
using Sfu.Media.Ortc;
using Sfu.Media.Rtp;
using Sfu.Media.Srtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.MultiNode;

/// <summary>
/// One of two who speak with each other over real sockets, each by a transport to send and one to receive. Asked to move, it makes the new
/// ones first, and closes the old ones when both are heard by their new way.
/// </summary>
internal sealed class MovingSession(TestClient client) : IAsyncDisposable
{
    private readonly ConcurrentBag<Way> _ways = [];
    private readonly ConcurrentBag<Task> _listening = [];
    private readonly ConcurrentQueue<MediaTime> _heard = [];
    private readonly CancellationTokenSource _over = new();

    // Of the first place, and of the next one.
    private readonly TaskCompletionSource<ProducerId>[] _producers = [NewSignal<ProducerId>(), NewSignal<ProducerId>()];
    private readonly TaskCompletionSource<bool>[] _hears = [NewSignal<bool>(), NewSignal<bool>()];

    /// <summary>Whom it hears. Set before anything is joined.</summary>
    public MovingSession Other { get; set; } = null!;

    /// <summary>Two transports, a Producer, and a Consumer of the other's Producer.</summary>
    public async Task JoinAsync()
    {
        await PublishAsync(place: 0);
        await SubscribeAsync(place: 0);
    }

    /// <summary>Twenty milliseconds of sound, by every way that there is at the moment.</summary>
    public void Speak()
    {
        foreach (var way in _ways)
        {
            way.Speak();
        }
    }

    /// <summary>Waits until both transports are to move, and moves them.</summary>
    public async Task MoveAsync()
    {
        var left = new[] { await client.EventAsync<SessionEvents.TransportMustMove>(), await client.EventAsync<SessionEvents.TransportMustMove>() };
        await PublishAsync(place: 1);
        await SubscribeAsync(place: 1);
        await Task.WhenAll(_hears[1].Task, Other._hears[1].Task).WaitAsync(TestNode.Patience);
        foreach (var move in left)
        {
            await client.DoAsync(new RouterProtocol.CloseTransport(client.NextRequest, client.Router, move.TransportId));
        }
    }

    /// <summary>How often something was heard.</summary>
    public int Heard => _heard.Count;

    /// <summary>The longest time in which nothing was heard, in milliseconds.</summary>
    public long LongestGapMs(MediaTime since)
    {
        var longest = 0L;
        MediaTime? before = null;
        foreach (var at in _heard.Where(at => at >= since).Order())
        {
            longest = Math.Max(longest, before is { } earlier ? at.MsSince(earlier) : at.MsSince(since));
            before = at;
        }

        return Math.Max(longest, before is { } last ? MediaClock.Now.MsSince(last) : long.MaxValue);
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_listening);
        foreach (var way in _ways)
        {
            way.Dispose();
        }

        _over.Dispose();
    }

    private static TaskCompletionSource<T> NewSignal<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task PublishAsync(int place)
    {
        var way = await ConnectAsync();
        var produced = await client.AskAsync<Produced>(new RouterProtocol.Produce(
            client.NextRequest, client.Router, way.Id, MediaKind.Audio, TestClient.Opus(TestMedia.AudioSsrc), JsonText.EmptyObject));
        way.BeginSpeaking();
        _producers[place].SetResult(produced.ProducerId);
    }

    private async Task SubscribeAsync(int place)
    {
        var way = await ConnectAsync();
        way.Peer.RtpCame = () =>
        {
            _heard.Enqueue(MediaClock.Now);
            _hears[place].TrySetResult(true);
        };
        _listening.Add(way.Peer.ListenAsync(_over.Token));
        var producer = await Other._producers[place].Task.WaitAsync(TestNode.Patience);
        var capabilities = await client.CapabilitiesAsync();
        await client.AskAsync<Consumed>(client.Consume(way.Id, producer, capabilities) with { Paused = false });
    }

    private async Task<Way> ConnectAsync()
    {
        var created = await client.TransportAsync();
        await client.AskAsync<TransportConnected>(
            new RouterProtocol.ConnectWebRtcTransport(client.NextRequest, client.Router, created.TransportId, SocketPeer.DtlsParameters));
        var peer = new SocketPeer(Media.Ice.TransportProtocol.Udp);
        var way = new Way(created.TransportId, peer);
        _ways.Add(way);
        await peer.ConnectAsync(created.IceParameters, created.IceCandidates, created.DtlsParameters);
        return way;
    }

    /// <summary>A transport, and the socket of its client.</summary>
    private sealed class Way(TransportId id, SocketPeer peer) : IDisposable
    {
        private readonly byte[] _protected = new byte[256];
        private volatile SrtpSender? _sender;
        private ushort _sequence;
        private uint _timestamp;

        public TransportId Id => id;

        public SocketPeer Peer => peer;

        public void BeginSpeaking() => _sender = peer.NewSender();

        /// <summary>Where it has begun to.</summary>
        public void Speak()
        {
            if (_sender is not { } sender)
            {
                return;
            }

            var packet = TestMedia.OpusPacket(_sequence++, _timestamp += 960);
            Assert.True(RtpPacket.TryParseHeader(packet, out var view));
            peer.Send(_protected.AsSpan(0, sender.ProtectRtp(packet, view.HeaderLength, _protected)));
        }

        public void Dispose()
        {
            peer.Dispose();
            _sender?.Dispose();
        }
    }
}
