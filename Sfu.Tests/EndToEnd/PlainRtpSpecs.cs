using System.Globalization;
using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;

namespace Sfu.Tests.EndToEnd;

/// <summary>A program that speaks plain RTP publishes into a room, by a service that drives the node with messages.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class PlainRtpSpecs(Browser browser)
{
    private const uint VideoSsrc = 22_222_222;
    private const uint AudioSsrc = 11_111_111;
    private const int VideoPayloadType = 102;
    private const int AudioPayloadType = 101;

    private static readonly ListenInfo s_listen = new(TransportProtocol.Udp, "127.0.0.1", null, 0);

    [FfmpegTheory]
    [InlineData("VP8")]
    [InlineData("H264")]
    public async Task What_ffmpeg_sends_is_seen_and_heard_in_a_browser(string codec)
    {
        var room = new RouterId($"ffmpeg-{codec}");
        await using var service = await GatewayService.StartAsync();
        await using var host = await SfuHostProcess.StartAsync("--seed-node", service.Address);
        var session = service.System.ActorOf(Props.Empty);
        var camera = new PeerId("camera");
        await service.AskAsync<PeerAttached>(
            new PeerProtocol.AttachPeer(1, room, camera, "Camera", JsonText.EmptyObject, JsonText.EmptyObject, session, RtpCapabilities: null));
        var video = await PublishAsync(service, room, camera, session, MediaKind.Video, codec == "VP8" ? Vp8() : H264());
        var audio = await PublishAsync(service, room, camera, session, MediaKind.Audio, Opus());

        await using (var ffmpeg = new ChildProcess(Requirements.Ffmpeg!, Arguments(codec, video, audio)))
        await using (var page = await MeetingPage.JoinAsync(browser, host, room.Value, "Ada", "size=320x180&simulcast=0"))
        {
            try
            {
                var first = await Eventually.Get(
                    page.ReceptionAsync,
                    seen => seen is { FramesDecoded: > 10, FrameWidth: 640, AudioEnergy: > 0 },
                    "picture and sound arrive",
                    TimeSpan.FromSeconds(60));
                Assert.Equal($"video/{codec}", first.VideoCodec, ignoreCase: true);
                await Eventually.Get(page.ReceptionAsync, seen => seen.FramesDecoded > first.FramesDecoded + 25, "the picture goes on", TimeSpan.FromSeconds(30));
            }
            catch (TimeoutException e)
            {
                throw new TimeoutException($"{e.Message}\n{page.Console}\n{ffmpeg.Errors}\n{host.Output}\n{host.Errors}\n{await host.GetAsync("/debug/dump")}", e);
            }
        }

        // The session's end takes the camera's transports along.
        service.System.Stop(session);
        await host.IsIdleAsync(room.Value);
    }

    private static async Task<PlainTransportCreated> PublishAsync(
        GatewayService service, RouterId room, PeerId peer, IActorRef session, MediaKind kind, RtpParameters parameters)
    {
        // ffmpeg sends RTCP from a port of its own.
        var options = new PlainTransportOptions(s_listen) { Comedia = true, RtcpMux = false };
        var transport = await service.AskAsync<PlainTransportCreated>(new RouterProtocol.CreatePlainTransport(2, room, options, peer, session));
        await service.AskAsync<Produced>(new RouterProtocol.Produce(3, room, transport.TransportId, kind, parameters, JsonText.EmptyObject));
        return transport;
    }

    /// <summary>A test picture and a tone at their own pace.</summary>
    private static string[] Arguments(string codec, PlainTransportCreated video, PlainTransportCreated audio)
    {
        string[] encoder = codec == "VP8"
            ? ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "600k", "-g", "25"]
            : ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", "baseline", "-pix_fmt", "yuv420p", "-b:v", "600k", "-g", "25"];
        return
        [
            "-hide_banner", "-nostdin", "-loglevel", "warning", "-re",
            "-f", "lavfi", "-i", "testsrc=size=640x360:rate=25",
            "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000",
            "-map", "0:v", .. encoder, .. Output(VideoSsrc, VideoPayloadType, video),
            "-map", "1:a", "-c:a", "libopus", "-ac", "2", "-b:a", "64k", .. Output(AudioSsrc, AudioPayloadType, audio),
        ];
    }

    private static string[] Output(uint ssrc, int payloadType, PlainTransportCreated transport) =>
    [
        "-f", "rtp",
        "-ssrc", ssrc.ToString(CultureInfo.InvariantCulture),
        "-payload_type", payloadType.ToString(CultureInfo.InvariantCulture),
        $"rtp://127.0.0.1:{transport.Tuple.Port}?rtcpport={transport.RtcpTuple!.Port}&pkt_size=1200",
    ];

    private static RtpParameters Vp8() => Parameters(new RtpCodecParameters { MimeType = "video/VP8", PayloadType = VideoPayloadType, ClockRate = 90_000 }, VideoSsrc);

    private static RtpParameters H264() => Parameters(
        new RtpCodecParameters
        {
            MimeType = "video/H264",
            PayloadType = VideoPayloadType,
            ClockRate = 90_000,
            Parameters = ParameterDictionary.Of(("packetization-mode", 1), ("profile-level-id", "42e01f"), ("level-asymmetry-allowed", 1)),
        },
        VideoSsrc);

    private static RtpParameters Opus() => Parameters(
        new RtpCodecParameters { MimeType = "audio/opus", PayloadType = AudioPayloadType, ClockRate = 48_000, Channels = 2 }, AudioSsrc);

    private static RtpParameters Parameters(RtpCodecParameters codec, uint ssrc) => new()
    {
        Codecs = [codec],
        Encodings = [new RtpEncodingParameters { Ssrc = ssrc }],
        Rtcp = new RtcpParameters { Cname = "camera" },
    };
}
