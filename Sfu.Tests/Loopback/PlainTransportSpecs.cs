using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Srtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>A transport without ICE and DTLS, and programs that send to it from anywhere, under virtual time.</summary>
public sealed class PlainTransportSpecs : IDisposable
{
    private static readonly ListenInfo _listen = new(TransportProtocol.Udp, "127.0.0.1", null, 0);
    private static readonly IpEndpoint _peer = IpEndpoint.FromIPv4(0x0A000101, 7000);
    private static readonly IpEndpoint _peerRtcp = IpEndpoint.FromIPv4(0x0A000101, 7001);
    private static readonly IpEndpoint _stranger = IpEndpoint.FromIPv4(0x0A000202, 9);

    private readonly LoopbackWorld _world = new(engines: 2);
    private readonly LoopbackPeer _subscriber;
    private readonly RecordingTransportEvents _events = new();
    private readonly TransportHandle _transport;
    private ushort _sequence = 100;

    public PlainTransportSpecs()
    {
        _subscriber = _world.NewConnectedPeer();
        _transport = _world.NewTransport();
    }

    public void Dispose()
    {
        Assert.Empty(_world.Faults);
        _world.Command(directory => directory.CloseTransport(_transport));
        _world.Command(_subscriber.Transport, home => home.Close(null));
        Assert.True(_world.Dump().HasNoTransports);
        Assert.Single(_world.OpenSockets);
        _world.Dispose();
    }

    [Fact]
    public void With_a_given_address_only_that_one_is_heard()
    {
        Open(new PlainTransportSettings(_listen));
        Connect(new PlainRemote("10.0.1.1", 7000));
        Consume();
        SendTo(_stranger, 3);
        Assert.Empty(_subscriber.Rtp);
        SendTo(_peer, 3);
        Assert.Equal(3, _subscriber.Rtp.Count);
        Assert.Equal(_peer, _events.Selected!.Value.Remote);
    }

    [Fact]
    public void Comedia_without_protection_keeps_to_the_first_who_sends_what_a_producer_was_announced_for()
    {
        Open(new PlainTransportSettings(_listen) { Comedia = true });
        Consume();
        SendTo(_stranger, 3, ssrc: 4711);
        _world.SendToSocket(_stranger, _events.Plain!.Rtp.Port, [0x80, 111, 0, 0]);
        _world.SendToSocket(_stranger, _events.Plain.Rtp.Port, [0x80, 200, 0, 9, 1, 2]);
        _world.SendToSocket(_stranger, _events.Plain.Rtp.Port, [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42]);
        _world.Run(TimeSpan.FromMilliseconds(50));
        Assert.Null(_events.Selected);

        SendTo(_peer, 3);
        SendTo(_stranger, 3);
        Assert.Equal(_peer, _events.Selected!.Value.Remote);
        Assert.Equal(3, _subscriber.Rtp.Count);
    }

    [Theory]
    [InlineData(SrtpProfile.AeadAes256Gcm)]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.AesCm128HmacSha1Tag80)]
    [InlineData(SrtpProfile.AesCm128HmacSha1Tag32)]
    public void Comedia_with_protection_follows_whoever_proves_to_be_the_peer(SrtpProfile profile)
    {
        Open(new PlainTransportSettings(_listen) { Comedia = true, Srtp = profile });
        var key = SrtpParameters.Create(profile, _world.Random);
        Connect(new PlainRemote(null, 0, null, key));
        Consume();
        using var sender = Sender(profile, key);
        SendTo(_stranger, 3);
        Assert.Null(_events.Selected);

        var sent = SendTo(_peer, 2, sender: sender);
        Assert.Equal(_peer, _events.Selected!.Value.Remote);
        Assert.Equal(2, _subscriber.Rtp.Count);

        // What somebody else has recorded does not prove anything.
        _world.SendToSocket(_stranger, _events.Plain!.Rtp.Port, sent[^1]);
        _world.Run(TimeSpan.FromMilliseconds(50));
        Assert.Equal(_peer, _events.Selected!.Value.Remote);

        SendTo(_peerRtcp, 2, sender: sender);
        Assert.Equal(_peerRtcp, _events.Selected!.Value.Remote);
        Assert.Equal(4, _subscriber.Rtp.Count);
        Assert.Single(_world.Dump().Transports.Single(transport => transport.Handle == _transport).Tuples);
    }

    [Fact]
    public void Rtcp_has_a_port_of_its_own_without_mux()
    {
        Open(new PlainTransportSettings(_listen) { RtcpMux = false });
        Assert.NotNull(_events.Plain!.Rtcp);
        Assert.NotEqual(_events.Plain.Rtp.Port, _events.Plain.Rtcp.Port);
        Connect(new PlainRemote("10.0.1.1", 7000, 7001));
        Consume();
        SendTo(_peer, 3);
        _world.Run(TimeSpan.FromSeconds(4));

        Assert.Equal(_peerRtcp, _events.RtcpTuple!.Value.Remote);
        Assert.Equal(3, _subscriber.Rtp.Count);
        var reports = _world.Outside.Where(static sent => RtcpPacket.IsRtcp(sent.Data)).ToArray();
        Assert.NotEmpty(reports);
        Assert.All(reports, sent => Assert.Equal((_peerRtcp, _events.Plain.Rtcp.Port), (sent.To, sent.FromPort)));
    }

    [Fact]
    public void What_it_sends_is_plain_where_nothing_protects_it()
    {
        Open(new PlainTransportSettings(_listen));
        Connect(new PlainRemote("10.0.1.1", 7000));
        var publisher = _world.NewConnectedPeer();
        var producer = publisher.Produce(TestMedia.Audio());
        var consumer = _world.NewConsumer();
        _world.Command(directory => directory.AddConsumer(_transport, 8, consumer, producer, TestMedia.AudioConsumer()));
        var packet = TestMedia.OpusPacket(5, 960);
        publisher.SendRtp(packet);
        _world.Run(TimeSpan.FromMilliseconds(50));

        var sent = Assert.Single(_world.Outside, static sent => !RtcpPacket.IsRtcp(sent.Data));
        Assert.Equal(_peer, sent.To);
        Assert.True(RtpPacket.TryParse(sent.Data, out var received));
        Assert.True(RtpPacket.TryParse(packet, out var original));
        Assert.True(received.Payload.SequenceEqual(original.Payload));
        _world.Command(publisher.Transport, static home => home.Close(null));
    }

    [Fact]
    public void A_remote_that_does_not_fit_is_refused_and_may_be_told_again()
    {
        Open(new PlainTransportSettings(_listen) { Srtp = SrtpProfile.AeadAes256Gcm });
        var good = SrtpParameters.Create(SrtpProfile.AeadAes256Gcm, _world.Random);
        PlainRemote[] bad =
        [
            new(null, 0, null, good),
            new("10.0.1.1", 0, null, good),
            new("example", 7000, null, good),
            new("::1", 7000, null, good),
            new("10.0.1.1", 7000, 7001, good),
            new("10.0.1.1", 7000),
            new("10.0.1.1", 7000, null, good with { KeyBase64 = "AAAA" }),
            new("10.0.1.1", 7000, null, good with { KeyBase64 = "no base64" }),
            new("10.0.1.1", 7000, null, SrtpParameters.Create(SrtpProfile.AeadAes128Gcm, _world.Random)),
            new("10.0.1.1", 7000, null, good with { CryptoSuite = "NULL" }),
        ];
        for (var i = 0; i < bad.Length; i++)
        {
            Connect(bad[i], 100 + i);
            Assert.Equal(MediaErrorCode.InvalidParameters, _events.Failed[100 + i].Code);
        }

        Connect(new PlainRemote("10.0.1.1", 7000, null, good), 200);
        Connect(new PlainRemote("10.0.1.1", 7000, null, good), 201);
        Assert.False(_events.Failed.ContainsKey(200));
        Assert.Equal(MediaErrorCode.InvalidState, _events.Failed[201].Code);
        _world.Command(_transport, static home => home.Connect(202, new DtlsParameters()));
        _world.Command(_transport, static home => home.RestartIce(203));
        Assert.Equal(MediaErrorCode.InvalidState, _events.Failed[202].Code);
        Assert.Equal(MediaErrorCode.InvalidState, _events.Failed[203].Code);
    }

    [Fact]
    public void Settings_that_contradict_themselves_open_nothing()
    {
        Open(new PlainTransportSettings(_listen with { Protocol = TransportProtocol.Tcp }));
        Assert.Equal(MediaErrorCode.InvalidParameters, Assert.Single(_events.Closed)!.Code);
        Assert.Null(_events.Plain);
    }

    private static SrtpSender Sender(SrtpProfile profile, SrtpParameters key)
    {
        var secret = new byte[SrtpParameters.MaxSecretBytes];
        Assert.True(key.TryRead(secret, out _));
        var (length, salt) = (profile.KeyLength(), profile.SaltLength());
        return new SrtpSender(new SrtpKeys(
            profile, secret.AsSpan(0, length), secret.AsSpan(length, salt), secret.AsSpan(0, length), secret.AsSpan(length, salt)));
    }

    private void Open(PlainTransportSettings settings) => _world.Command(directory => directory.OpenPlainTransport(_transport, settings, _events));

    private void Connect(PlainRemote remote, long requestId = 1) => _world.Command(_transport, home => home.ConnectPlain(requestId, remote));

    private void Consume()
    {
        var producer = _world.NewProducer();
        _world.Command(directory => directory.AddProducer(_transport, 7, producer, TestMedia.Audio()));
        _subscriber.Consume(producer, TestMedia.AudioConsumer());
        Assert.Empty(_events.Failed);
    }

    private List<byte[]> SendTo(IpEndpoint from, int count, uint ssrc = TestMedia.AudioSsrc, SrtpSender? sender = null)
    {
        var sent = new List<byte[]>();
        for (var i = 0; i < count; i++)
        {
            var packet = TestMedia.OpusPacket(_sequence++, 960u * _sequence);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), ssrc);
            if (sender is not null)
            {
                var room = new byte[200];
                packet = room[..sender.ProtectRtp(packet, 12, room)];
            }

            sent.Add(packet);
            _world.SendToSocket(from, _events.Plain!.Rtp.Port, packet);
        }

        _world.Run(TimeSpan.FromMilliseconds(50));
        return sent;
    }
}
