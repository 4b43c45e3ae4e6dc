using Sfu.Actors.Hosting;
using Sfu.Media.Control;
using Sfu.Media.Ice;

namespace Sfu.Tests.Unit.Actors;

public sealed class ConfigurationSpecs
{
    [Fact]
    public void Defaults_are_those_of_the_reference()
    {
        var options = SfuConfiguration.Parse("").Options;
        Assert.Equal(8, options.Transport.MaxTuples);
        Assert.Equal(30, options.Transport.IceConsentTimeout);
        Assert.Equal(600_000, options.Transport.InitialAvailableOutgoingBitrate);
        Assert.Equal(TupleLimitPolicy.Evict, options.Transport.TuplePolicy);
        Assert.Equal(["sfu", "gateway"], options.Cluster.Roles.AsEnumerable());
        Assert.Empty(options.Cluster.SeedNodes);
        Assert.Null(options.DtlsCertificateFile);
        Assert.Equal([TransportProtocol.Udp, TransportProtocol.Tcp], options.ListenInfos.Select(static info => info.Protocol));
        Assert.All(options.ListenInfos, static info => Assert.Equal(("0.0.0.0", (ushort)44444, null), (info.Ip, info.Port, info.AnnouncedAddress)));
        Assert.Equal(new SfuTcpOptions(TimeSpan.FromSeconds(10), 0, 262_144), options.Tcp);
    }

    [Fact]
    public void What_the_user_says_wins_over_the_reference()
    {
        var configuration = SfuConfiguration.Parse("""
            sfu.web-rtc-transport { max-tuples = 3, tuple-policy = reject }
            sfu.cluster.seed-nodes = ["akka.tcp://sfu@10.0.0.1:4053"]
            sfu.web-rtc-server.listen-infos = [
              { protocol = tcp, ip = "::1", announced-address = "sfu.example.org", port = 7 }
            ]
            akka.cluster.gossip-interval = 9 s
            """);
        Assert.Equal((3, TupleLimitPolicy.Reject), (configuration.Options.Transport.MaxTuples, configuration.Options.Transport.TuplePolicy));
        Assert.Equal("akka.tcp://sfu@10.0.0.1:4053", Assert.Single(configuration.Options.Cluster.SeedNodes));
        var listen = Assert.Single(configuration.Options.ListenInfos);
        Assert.Equal((TransportProtocol.Tcp, "sfu.example.org"), (listen.Protocol, listen.AnnouncedAddress));
        Assert.Equal(TimeSpan.FromSeconds(9), configuration.Config.GetTimeSpan("akka.cluster.gossip-interval"));
        Assert.Equal("keep-majority", configuration.Config.GetString("akka.cluster.split-brain-resolver.active-strategy"));
    }

    [Fact]
    public void Listening_addresses_say_whether_to_expose_them_and_which_ports_to_choose_from()
    {
        var infos = SfuConfiguration.Parse("""
            sfu.web-rtc-server.listen-infos = [
              { protocol = udp, ip = "10.0.0.1", announced-address = "sfu.example.org", expose-internal-ip = on, port-range = "40000-40100" }
              { protocol = tcp, ip = "10.0.0.1", port = 0, port-range = "40000 - 40000" }
              { protocol = tcp, ip = "10.0.0.1", port = 7, expose-internal-ip = off }
            ]
            """).Options.ListenInfos;
        Assert.Equal(
            [
                new ListenInfo(TransportProtocol.Udp, "10.0.0.1", "sfu.example.org", 0, ExposeInternalIp: true, new PortRange(40_000, 40_100)),
                new ListenInfo(TransportProtocol.Tcp, "10.0.0.1", null, 0, ExposeInternalIp: false, new PortRange(40_000, 40_000)),
                new ListenInfo(TransportProtocol.Tcp, "10.0.0.1", null, 7),
            ],
            infos.AsEnumerable());
    }

    [Theory]
    [InlineData("sfu.web-rtc-transport.max-tupels = 3", "sfu.web-rtc-transport.max-tupels")]
    [InlineData("sfu.webrtc.x = 3", "sfu.webrtc")]
    [InlineData("sfu = 3", "sfu")]
    [InlineData("sfu.cluster = 3", "sfu.cluster")]
    [InlineData("sfu.cluster.port { a = 1 }", "sfu.cluster.port")]
    [InlineData("sfu.elsewhere.port = 8080", "sfu.elsewhere")]
    [InlineData("sfu.web-rtc-server.listen-infos = [ { protocol = udp, ip = \"1.2.3.4\", port = 1, prot = 2 } ]", "sfu.web-rtc-server.listen-infos[0].prot")]
    [InlineData("sfu.web-rtc-server.listen-infos = [ { protocol = udp, ip = \"1.2.3.4.5\", port = 1 } ]", "sfu.web-rtc-server.listen-infos[0].ip")]
    [InlineData("sfu.web-rtc-server.listen-infos = [ { protocol = sctp, ip = \"1.2.3.4\", port = 1 } ]", "sfu.web-rtc-server.listen-infos[0].protocol")]
    [InlineData("sfu.web-rtc-server.listen-infos = [ { protocol = udp, ip = \"1.2.3.4\", port = 65536 } ]", "sfu.web-rtc-server.listen-infos[0].port")]
    [InlineData("sfu.web-rtc-server.listen-infos = [ { protocol = udp, port = 1 } ]", "sfu.web-rtc-server.listen-infos[0].ip")]
    [InlineData("sfu.web-rtc-server.listen-infos = [ { protocol = udp, ip = \"1.2.3.4\" } ]", "sfu.web-rtc-server.listen-infos[0].port")]
    [InlineData("sfu.web-rtc-server.listen-infos = [ { protocol = udp, ip = \"1.2.3.4\", port-range = \"40100-40000\" } ]", "sfu.web-rtc-server.listen-infos[0].port-range")]
    [InlineData("sfu.web-rtc-server.listen-infos = [ { protocol = udp, ip = \"1.2.3.4\", port-range = \"0-10\" } ]", "sfu.web-rtc-server.listen-infos[0].port-range")]
    [InlineData("sfu.web-rtc-server.listen-infos = [ { protocol = udp, ip = \"1.2.3.4\", port-range = \"40000-65536\" } ]", "sfu.web-rtc-server.listen-infos[0].port-range")]
    [InlineData("sfu.web-rtc-server.listen-infos = [ { protocol = udp, ip = \"1.2.3.4\", port-range = \"40000\" } ]", "sfu.web-rtc-server.listen-infos[0].port-range")]
    [InlineData("sfu.web-rtc-server.listen-infos = [ { protocol = udp, ip = \"1.2.3.4\", port = 7, port-range = \"1-10\" } ]", "sfu.web-rtc-server.listen-infos[0].port-range")]
    [InlineData("sfu.web-rtc-server.listen-infos = [ { protocol = udp, ip = \"1.2.3.4\", port = 7, expose-internal-ip = maybe } ]", "sfu.web-rtc-server.listen-infos[0].expose-internal-ip")]
    [InlineData("sfu.web-rtc-server.listen-infos = []", "sfu.web-rtc-server.listen-infos")]
    [InlineData("sfu.web-rtc-transport.enable-udp = perhaps", "sfu.web-rtc-transport.enable-udp")]
    [InlineData("sfu.web-rtc-transport.max-tuples = 0", "sfu.web-rtc-transport.max-tuples")]
    [InlineData("sfu.web-rtc-transport.max-tuples = many", "sfu.web-rtc-transport.max-tuples")]
    [InlineData("sfu.web-rtc-transport { enable-udp = off\n enable-tcp = off }", "sfu.web-rtc-transport")]
    [InlineData("sfu.web-rtc-transport.ice-consent-timeout = 5 s", "sfu.web-rtc-transport")]
    [InlineData("sfu.web-rtc-transport.tuple-policy = pray", "sfu.web-rtc-transport.tuple-policy")]
    [InlineData("sfu.node.close-deadline = soon", "sfu.node.close-deadline")]
    [InlineData("sfu.node.close-deadline = 1 h", "sfu.node.close-deadline")]
    [InlineData("sfu.cluster.spread = sometimes", "sfu.cluster.spread")]
    [InlineData("sfu.cluster.full-at-percent = -1", "sfu.cluster.full-at-percent")]
    [InlineData("sfu.cluster.leave-margin-percent = 101", "sfu.cluster.leave-margin-percent")]
    [InlineData("sfu.cluster.load-interval = 0 s", "sfu.cluster.load-interval")]
    [InlineData("sfu.cluster.roles = [sfu, gatewai]", "sfu.cluster.roles")]
    [InlineData("sfu.cluster.roles = []", "sfu.cluster.roles")]
    [InlineData("sfu.cluster.seed-nodes = [\"somewhere\"]", "sfu.cluster.seed-nodes")]
    [InlineData("sfu.cluster.hostname = \"\"", "sfu.cluster.hostname")]
    [InlineData("sfu.web-rtc-server.tcp.send-queue-bytes = 100", "sfu.web-rtc-server.tcp.send-queue-bytes")]
    [InlineData("sfu.web-rtc-server.tcp.backlog = 100", "sfu.web-rtc-server.tcp.backlog")]
    [InlineData("sfu.media.thread = 2", "sfu.media.thread")]
    [InlineData("sfu.media.own-process-patience = 999 ms", "sfu.media.own-process-patience")]
    [InlineData("sfu.media.own-process-patience = 2 h", "sfu.media.own-process-patience")]
    [InlineData("sfu.media.dtls-certificate-file = \"a.pem\"", "sfu.media.dtls-private-key-file")]
    public void Nonsense_is_refused_in_one_line_with_its_key(string hocon, string key)
    {
        var refusal = Assert.Throws<SfuConfigurationException>(() => SfuConfiguration.Parse(hocon));
        Assert.Equal(key, refusal.Key);
        Assert.StartsWith($"{key}: ", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public void Text_that_is_not_HOCON_is_refused_in_one_line()
    {
        var refusal = Assert.Throws<SfuConfigurationException>(() => SfuConfiguration.Parse("sfu { cluster ["));
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public void A_section_that_somebody_else_reads_is_let_pass()
    {
        var configuration = SfuConfiguration.Parse("sfu.elsewhere { port = 8080 }", ["elsewhere"]);
        Assert.Equal(8080, configuration.Config.GetInt("sfu.elsewhere.port"));
    }
}
