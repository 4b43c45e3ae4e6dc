using System.Net;
using System.Net.Sockets;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Srtp;
using Sfu.Tests.Support;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Unit.Net;

/// <summary>Two nodes' media planes with a protected pipe between them, and programs that send and receive plain RTP, on real sockets.</summary>
public class PipeSpecs : IDisposable
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(20);
    private static readonly ListenInfo _listen = new(TransportProtocol.Udp, "127.0.0.1", null, 0);

    private readonly TestPlane _nearOwner;
    private readonly TestPlane _farOwner;
    private readonly IMediaPlane _near;
    private readonly IMediaPlane _far;

    public PipeSpecs()
        : this(TestPlane.Local)
    {
    }

    private protected PipeSpecs(Func<MediaPlaneOptions, TestPlane> start)
    {
        _nearOwner = start(new MediaPlaneOptions { Threads = 3 });
        _farOwner = start(new MediaPlaneOptions { Threads = 2 });
        (_near, _far) = (_nearOwner.Plane, _farOwner.Plane);
    }

    public void Dispose()
    {
        _nearOwner.Dispose();
        _farOwner.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Plain_rtp_goes_in_at_one_node_and_comes_out_at_another()
    {
        using var sender = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var receiver = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var pipe = new PlainTransportSettings(_listen) { Srtp = SrtpProfile.AeadAes256Gcm, IsPipe = true };
        var source = await OpenAsync(_near, new PlainTransportSettings(_listen) { Comedia = true });
        var here = await OpenAsync(_near, pipe);
        var there = await OpenAsync(_far, pipe);
        var sink = await OpenAsync(_far, new PlainTransportSettings(_listen));
        await ConnectAsync(_near, here, RemoteOf(there));
        await ConnectAsync(_far, there, RemoteOf(here));
        await ConnectAsync(_far, sink, new PlainRemote("127.0.0.1", (ushort)((IPEndPoint)receiver.Client.LocalEndPoint!).Port));

        var produced = _near.NewProducerHandle();
        _near.AddProducer(source.Handle, 1, produced, TestMedia.Audio());
        var crossing = TestMedia.AudioConsumer().RtpParameters with { Mid = null, Encodings = [new RtpEncodingParameters { Ssrc = 777 }] };
        var arrived = _far.NewProducerHandle();
        var mapping = new RtpMapping { Codecs = [new RtpCodecMapping(TestMedia.RouterOpus, TestMedia.RouterOpus)] };
        _far.AddProducer(there.Handle, 1, arrived, new ProducerSettings("far", MediaKind.Audio, crossing, mapping, crossing, Paused: false, 0, ReportsDemand: true));
        _near.AddConsumer(
            here.Handle, 2, _near.NewConsumerHandle(), produced, new ConsumerSettings("pipe", MediaKind.Audio, crossing, Paused: false, ConsumerType.Pipe, Encoding: 0));
        _far.AddConsumer(sink.Handle, 2, _far.NewConsumerHandle(), arrived, TestMedia.AudioConsumer());

        var packet = TestMedia.OpusPacket(7, 960);
        var received = await ReceiveRtpAsync(sender, source.Parameters.Rtp.Port, receiver);
        Assert.True(RtpPacket.TryParse(received, out var view));
        Assert.True(RtpPacket.TryParse(packet, out var sent));
        Assert.Equal(TestMedia.RouterOpus, view.PayloadType);
        Assert.Equal(TestMedia.ConsumerSsrc + 100, view.Ssrc);
        Assert.True(view.Payload.SequenceEqual(sent.Payload));

        foreach (var (plane, opened) in new[] { (_near, source), (_near, here), (_far, there), (_far, sink) })
        {
            plane.CloseTransport(opened.Handle);
            Assert.Null(await opened.Events.Closed.Task.WaitAsync(_deadline));
            Assert.Empty(opened.Events.Failures);
        }

        Assert.True((await DumpAsync(_near)).IsEmpty);
        Assert.True((await DumpAsync(_far)).IsEmpty);

        // The sockets closed with their transports: the ports are anybody's again.
        using var again = new UdpClient(new IPEndPoint(IPAddress.Loopback, here.Parameters.Rtp.Port));
    }

    [Fact]
    public async Task Port_that_is_taken_opens_nothing()
    {
        using var squatter = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var events = new AwaitableEvents();
        var taken = _listen with { Port = (ushort)((IPEndPoint)squatter.Client.LocalEndPoint!).Port };
        _near.OpenPlainTransport(_near.NewTransportHandle(), new PlainTransportSettings(_listen) { RtcpMux = false, Rtcp = taken }, events);

        Assert.Equal(MediaErrorCode.System, (await events.Closed.Task.WaitAsync(_deadline))!.Code);
        Assert.True((await DumpAsync(_near)).IsEmpty);
    }

    private static PlainRemote RemoteOf((TransportHandle Handle, AwaitableEvents Events, PlainTransportParameters Parameters) other) =>
        new(other.Parameters.Rtp.Address, other.Parameters.Rtp.Port, null, other.Parameters.Srtp);

    private static async Task<(TransportHandle Handle, AwaitableEvents Events, PlainTransportParameters Parameters)> OpenAsync(
        IMediaPlane plane, PlainTransportSettings settings)
    {
        var events = new AwaitableEvents();
        var handle = plane.NewTransportHandle();
        plane.OpenPlainTransport(handle, settings, events);
        return (handle, events, await events.Plain.Task.WaitAsync(_deadline));
    }

    private static async Task ConnectAsync(
        IMediaPlane plane, (TransportHandle Handle, AwaitableEvents Events, PlainTransportParameters Parameters) transport, PlainRemote remote)
    {
        plane.ConnectPlainTransport(transport.Handle, 9, remote);
        await transport.Events.PlainConnected.Task.WaitAsync(_deadline);
    }

    /// <summary>Sends, every few milliseconds, until something comes out.</summary>
    private static async Task<byte[]> ReceiveRtpAsync(UdpClient sender, ushort port, UdpClient receiver)
    {
        using var patience = new CancellationTokenSource(_deadline);
        var receiving = receiver.ReceiveAsync(patience.Token).AsTask();
        for (ushort sequence = 0; ; sequence++)
        {
            await sender.SendAsync(TestMedia.OpusPacket(sequence, 960u * sequence), new IPEndPoint(IPAddress.Loopback, port), patience.Token);
            if (await Task.WhenAny(receiving, Task.Delay(20, patience.Token)) != receiving)
            {
                continue;
            }

            var datagram = (await receiving).Buffer;
            if (!RtcpPacket.IsRtcp(datagram))
            {
                return datagram;
            }

            receiving = receiver.ReceiveAsync(patience.Token).AsTask();
        }
    }

    private static async Task<MediaPlaneDump> DumpAsync(IMediaPlane plane)
    {
        var events = new AwaitableEvents();
        plane.Dump(1, events);
        return await events.Dumped.Task.WaitAsync(_deadline);
    }
}
