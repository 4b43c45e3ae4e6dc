using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using Akka.Configuration;
using Akka.Configuration.Hocon;
using Sfu.Actors.Cluster;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using HoconConfig = Akka.Configuration.Config;

namespace Sfu.Actors.Hosting;

/// <summary>
/// Reads and checks the node's configuration. Order of precedence, first wins: what the caller passes (the Host: command line over the
/// user's file), then <c>hocon/sfu.conf</c> and <c>hocon/akka.conf</c>, which are embedded in this assembly, then Akka's own defaults.
/// Every key below <c>sfu</c> must occur in <c>sfu.conf</c> or lie in a section that the caller knows.
/// </summary>
public sealed class SfuConfiguration
{
    private const string Root = "sfu";

    private SfuConfiguration(HoconConfig config, SfuNodeOptions options)
    {
        Config = config;
        Options = options;
    }

    /// <summary>Everything, for the actor system.</summary>
    public HoconConfig Config { get; }

    public SfuNodeOptions Options { get; }

    /// <summary><c>hocon/sfu.conf</c>: every key with meaning, unit and default.</summary>
    public static HoconConfig SfuReference { get; } = Embedded("sfu.conf");

    /// <summary><c>hocon/akka.conf</c>: what this project asks of Akka, with reasons.</summary>
    public static HoconConfig AkkaReference { get; } = Embedded("akka.conf");

    /// <param name="user">HOCON of the user; may be empty. Keys outside <c>sfu</c> go to Akka as they are.</param>
    /// <param name="knownSections">Sections below <c>sfu</c> that somebody else reads and checks, for instance <c>host</c>.</param>
    /// <exception cref="SfuConfigurationException">A key is unknown or its value makes no sense.</exception>
    public static SfuConfiguration Load(HoconConfig user, IReadOnlyCollection<string>? knownSections = null)
    {
        ArgumentNullException.ThrowIfNull(user);
        RefuseUnknownKeys(user, knownSections ?? []);
        var config = user.WithFallback(SfuReference).WithFallback(AkkaReference);
        return new SfuConfiguration(config, Read(new ConfigReader(config.GetConfig(Root), Root)));
    }

    /// <exception cref="SfuConfigurationException">The text is not HOCON, or see <see cref="Load(HoconConfig, IReadOnlyCollection{string})"/>.</exception>
    public static SfuConfiguration Parse(string hocon, IReadOnlyCollection<string>? knownSections = null)
    {
        HoconConfig config;
        try
        {
            config = ConfigurationFactory.ParseString(hocon);
        }
        catch (Exception exception) when (exception is FormatException or ConfigurationException)
        {
            throw new SfuConfigurationException($"The configuration is not HOCON: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }

        return Load(config, knownSections);
    }

    private static SfuNodeOptions Read(ConfigReader sfu)
    {
        var cluster = sfu.Section("cluster");
        var media = sfu.Section("media");
        var certificate = media.OptionalText("dtls-certificate-file");
        var key = media.OptionalText("dtls-private-key-file");
        if (certificate is null != key is null)
        {
            throw media.Wrong(certificate is null ? "dtls-certificate-file" : "dtls-private-key-file", "a certificate and its private key come together");
        }

        var clusterOptions = ReadCluster(cluster);
        return new SfuNodeOptions(
            clusterOptions,
            certificate,
            key,
            ReadThreads(media),
            ReadTcp(sfu.Section("web-rtc-server").Section("tcp")),
            ReadListenInfos(sfu.Section("web-rtc-server")),
            ReadTransport(sfu.Section("web-rtc-transport")),
            sfu.Section("web-rtc-transport").Duration("path-report-interval", TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1)),
            sfu.Section("node").Duration("close-deadline", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)),
            sfu.Section("node").Duration("drain-deadline", TimeSpan.Zero, TimeSpan.FromDays(1)),
            sfu.Section("router").Duration("empty-linger", TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1)),
            sfu.Section("router").Duration("gathering", TimeSpan.Zero, TimeSpan.FromMinutes(1)),
            ReadPipe(sfu.Section("pipe"), clusterOptions));
    }

    private static SfuPipeOptions ReadPipe(ConfigReader pipe, SfuClusterOptions cluster)
    {
        var ip = pipe.OptionalText("ip");
        if (ip is not null && !IPAddress.TryParse(ip, out _))
        {
            throw pipe.Wrong("ip", $"\"{ip}\" is not an IP address");
        }

        // Remoting may bind a name, media an address only.
        var named = !IPAddress.TryParse(cluster.Hostname, out _);
        var bound = ip ?? (named ? IPAddress.Any.ToString() : cluster.Hostname);
        var announced = pipe.OptionalText("announced-address") ?? (ip is null ? cluster.PublicHostname ?? (named ? cluster.Hostname : null) : null);
        return new SfuPipeOptions(
            new ListenInfo(TransportProtocol.Udp, bound, announced, 0, PortRange: ReadPortRange(pipe)),
            pipe.Duration("linger", TimeSpan.Zero, TimeSpan.FromHours(1)));
    }

    private static SfuClusterOptions ReadCluster(ConfigReader cluster)
    {
        var tls = ReadTls(cluster.Section("tls"));
        var seeds = cluster.Texts("seed-nodes").Select(seed =>
            Akka.Actor.Address.TryParse(seed, out var address) && address.Host is not null && address.Port is not null
                ? SeedNode(address, withTls: tls is not null)
                : throw cluster.Wrong("seed-nodes", $"\"{seed}\" is not an address like akka.tcp://sfu@host:4053")).ToImmutableArray();

        var roles = cluster.Texts("roles");
        foreach (var role in roles)
        {
            if (!SfuClusterOptions.AllRoles.Contains(role))
            {
                throw cluster.Wrong("roles", $"\"{role}\" is neither sfu nor gateway");
            }
        }

        if (roles.IsEmpty)
        {
            throw cluster.Wrong("roles", "a node needs at least one role");
        }

        return new SfuClusterOptions(
            cluster.Text("hostname"),
            cluster.OptionalText("public-hostname"),
            cluster.Integer("port", 0, ushort.MaxValue),
            seeds,
            roles,
            cluster.Integer("shards", 1, 10_000),
            cluster.OptionalText("region"),
            cluster.OptionalText("zone"),
            cluster.Boolean("spread"),
            new PlacementRules(10 * cluster.Integer("full-at-percent", 0, 100), 10 * cluster.Integer("leave-margin-percent", 0, 100)),
            cluster.Duration("load-interval", TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1)),
            cluster.Duration("dump-deadline", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)))
        {
            Tls = tls,
        };
    }

    /// <summary>Who writes plain TCP means what the nodes speak. A transport of Akka's other than TCP is meant as written.</summary>
    private static string SeedNode(Akka.Actor.Address address, bool withTls) => address.Protocol is "akka.tcp" or "akka.ssl.tcp"
        ? address.WithProtocol(withTls ? "akka.ssl.tcp" : "akka.tcp").ToString()
        : address.ToString();

    private static ClusterTls? ReadTls(ConfigReader tls)
    {
        var authority = tls.OptionalText("ca-file");
        var certificate = tls.OptionalText("certificate-file");
        var key = tls.OptionalText("private-key-file");
        if (authority is null && certificate is null && key is null)
        {
            return null;
        }

        if (authority is null || certificate is null || key is null)
        {
            throw new SfuConfigurationException(tls.Path, "ca-file, certificate-file and private-key-file come together");
        }

        try
        {
            return ClusterTls.Load(authority, certificate, key);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new SfuConfigurationException(tls.Path, exception.Message.ReplaceLineEndings(" "));
        }
    }

    private static SfuThreadOptions ReadThreads(ConfigReader media) =>
        new(media.Integer("threads", 0, 256), media.Boolean("pin-threads"), media.Integer("busy-poll-us", 0, 100_000), media.Integer("nice", -20, 19),
            media.Boolean("own-process"), ReadPatience(media, "own-process-patience"));

    /// <summary>Zero, or time enough for a busy machine.</summary>
    private static TimeSpan ReadPatience(ConfigReader section, string key)
    {
        var patience = section.Duration(key, TimeSpan.Zero, TimeSpan.FromHours(1));
        return patience == TimeSpan.Zero || patience >= TimeSpan.FromSeconds(1) ? patience : throw section.Wrong(key, "is neither 0 nor a second or more");
    }

    private static SfuTcpOptions ReadTcp(ConfigReader tcp) => new(
        tcp.Duration("unauthenticated-timeout", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
        tcp.Integer("max-connections-per-remote-ip", 0, int.MaxValue),
        tcp.Integer("send-queue-bytes", 4096, 64 << 20));

    private static ImmutableArray<ListenInfo> ReadListenInfos(ConfigReader server)
    {
        var infos = server.Sections("listen-infos", ["protocol", "ip", "announced-address", "expose-internal-ip", "port", "port-range"]).Select(ReadListenInfo).ToImmutableArray();
        return infos.IsEmpty ? throw server.Wrong("listen-infos", "a node listens at least at one address") : infos;
    }

    private static ListenInfo ReadListenInfo(ConfigReader info)
    {
        var protocol = info.Text("protocol") switch
        {
            "udp" => TransportProtocol.Udp,
            "tcp" => TransportProtocol.Tcp,
            var other => throw info.Wrong("protocol", $"\"{other}\" is neither udp nor tcp"),
        };
        var ip = info.Text("ip");
        if (!IPAddress.TryParse(ip, out _))
        {
            throw info.Wrong("ip", $"\"{ip}\" is not an IP address");
        }

        var range = ReadPortRange(info);
        return new ListenInfo(
            protocol,
            ip,
            info.OptionalText("announced-address"),
            range is null ? (ushort)info.Integer("port", 0, ushort.MaxValue) : (ushort)0,
            info.OptionalText("expose-internal-ip") is not null && info.Boolean("expose-internal-ip"),
            range);
    }

    private static PortRange? ReadPortRange(ConfigReader info)
    {
        if (info.OptionalText("port-range") is not { } text)
        {
            return null;
        }

        if (!PortRange.TryParse(text, out var range))
        {
            throw info.Wrong("port-range", $"\"{text}\" is not a range of ports like 40000-40100");
        }

        return info.OptionalText("port") is null or "0"
            ? range
            : throw info.Wrong("port-range", "is one way to say where to listen, port the other: give one");
    }

    private static WebRtcTransportDefaults ReadTransport(ConfigReader transport)
    {
        var defaults = new WebRtcTransportDefaults(
            transport.Boolean("enable-udp"),
            transport.Boolean("enable-tcp"),
            transport.Boolean("prefer-udp"),
            transport.Boolean("prefer-tcp"),
            transport.Integer("initial-available-outgoing-bitrate", WebRtcTransportDefaults.MinimumOutgoingBitrate, int.MaxValue),
            (int)transport.Duration("ice-consent-timeout", TimeSpan.Zero, TimeSpan.FromMinutes(1)).TotalSeconds,
            transport.Integer("max-tuples", 1, IceAgentSettings.MaxMaxTuples),
            transport.Text("tuple-policy") switch
            {
                "evict" => TupleLimitPolicy.Evict,
                "reject" => TupleLimitPolicy.Reject,
                var other => throw transport.Wrong("tuple-policy", $"\"{other}\" is neither evict nor reject"),
            },
            transport.Integer("max-incoming-bitrate", 0, int.MaxValue));
        return defaults.TryResolve(Protocol.WebRtcTransportOptions.Default, out _, out var reason) ? defaults : throw new SfuConfigurationException(transport.Path, reason);
    }

    private static void RefuseUnknownKeys(HoconConfig user, IReadOnlyCollection<string> knownSections)
    {
        if (user.IsEmpty || !user.HasPath(Root))
        {
            return;
        }

        var given = user.GetValue(Root);
        if (!given.IsObject())
        {
            throw new SfuConfigurationException(Root, "is a section, not a value");
        }

        Compare(given.GetObject(), SfuReference.GetValue(Root).GetObject(), Root);

        void Compare(HoconObject actual, HoconObject reference, string path)
        {
            foreach (var (key, value) in actual.Items)
            {
                var keyPath = $"{path}.{key}";
                if (path == Root && knownSections.Contains(key))
                {
                    continue;
                }

                if (!reference.Items.TryGetValue(key, out var known))
                {
                    throw new SfuConfigurationException(keyPath, "there is no such key");
                }

                if (known.IsObject())
                {
                    if (!value.IsObject())
                    {
                        throw new SfuConfigurationException(keyPath, "is a section, not a value");
                    }

                    Compare(value.GetObject(), known.GetObject(), keyPath);
                }
                else if (value.IsObject())
                {
                    throw new SfuConfigurationException(keyPath, "is a value, not a section");
                }
            }
        }
    }

    private static HoconConfig Embedded(string name)
    {
        using var stream = typeof(SfuConfiguration).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource {name} is missing.");
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }
}
