using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Akka.Configuration;
using Sfu.Actors.Hosting;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using HoconConfig = Akka.Configuration.Config;

namespace Sfu.Host.Options;

/// <summary>Puts the command line over the file over the built-in defaults, and checks the whole.</summary>
internal sealed record NodeConfiguration(SfuConfiguration Node, HostOptions Host)
{
    /// <summary>What an address named by <c>--rtc-ip</c> is listened on for.</summary>
    private static readonly TransportProtocol[] Protocols = [TransportProtocol.Udp, TransportProtocol.Tcp];

    /// <summary>It has sockets for media, and Routers may live on it.</summary>
    public bool CarriesMedia => Node.Options.Cluster.Has(SfuClusterOptions.SfuRole);

    /// <summary>It speaks with clients and serves the page.</summary>
    public bool IsGateway => Node.Options.Cluster.Has(SfuClusterOptions.GatewayRole);

    /// <exception cref="StartException">A key is unknown or a value makes no sense.</exception>
    public static NodeConfiguration Load(StartArguments arguments)
    {
        try
        {
            var user = ConfigurationFactory.ParseString(arguments.Overrides).WithFallback(ReadFile(arguments.ConfigFile));
            var configured = SfuConfiguration.Load(user);
            var node = SfuConfiguration.Load(ConfigurationFactory.ParseString(Overlay(arguments, configured.Options)).WithFallback(user));
            return new NodeConfiguration(node, HostOptions.From(node.Config));
        }
        catch (SfuConfigurationException e)
        {
            throw new StartException($"The configuration makes no sense: {HostOptions.OneLine(e.Message)}", e);
        }
    }

    private static HoconConfig ReadFile(string? file)
    {
        if (file is null)
        {
            return HoconConfig.Empty;
        }

        try
        {
            return ConfigurationFactory.ParseString(File.ReadAllText(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"--config: {HostOptions.OneLine(e.Message)}", e);
        }
        catch (Exception e) when (e is FormatException or ConfigurationException or InvalidOperationException)
        {
            throw new StartException($"--config: {file} is not valid HOCON: {HostOptions.OneLine(e.Message)}", e);
        }
    }

    private static string Overlay(StartArguments arguments, SfuNodeOptions configured)
    {
        var keys = new StringBuilder();
        if (!arguments.RtcIps.IsEmpty || arguments.RtcPort is not null || !arguments.AnnouncedAddresses.IsEmpty)
        {
            keys.Append("sfu.web-rtc-server.listen-infos = [");
            foreach (var info in ListenInfos(arguments, configured.ListenInfos))
            {
                var protocol = info.Protocol == TransportProtocol.Udp ? "udp" : "tcp";
                keys.AppendLine().Append(
                    CultureInfo.InvariantCulture,
                    $"{{ protocol = {protocol}, ip = {Hocon.Quote(info.Ip)}, announced-address = {Hocon.Quote(info.AnnouncedAddress ?? string.Empty)}, port = {info.Port} }}");
            }

            keys.AppendLine().AppendLine("]");
        }

        if (!arguments.SeedNodes.IsEmpty)
        {
            keys.AppendLine(CultureInfo.InvariantCulture, $"sfu.cluster.seed-nodes = [{string.Join(", ", arguments.SeedNodes.Select(SeedNode))}]");
        }

        if (arguments.ClusterAddress is { } address)
        {
            var (host, port) = ClusterAddress(address);
            keys.AppendLine(CultureInfo.InvariantCulture, $"sfu.cluster.hostname = {Hocon.Quote(host)}");
            keys.AppendLine(CultureInfo.InvariantCulture, $"sfu.cluster.port = {port}");
        }

        if (!arguments.Roles.IsEmpty)
        {
            keys.AppendLine(CultureInfo.InvariantCulture, $"sfu.cluster.roles = [{string.Join(", ", arguments.Roles.Select(Hocon.Quote))}]");
        }

        return keys.ToString();
    }

    private static ImmutableArray<ListenInfo> ListenInfos(StartArguments arguments, ImmutableArray<ListenInfo> configured)
    {
        var port = arguments.RtcPort switch
        {
            null => configured[0].Port,
            < 0 or > ushort.MaxValue => throw new StartException($"--rtc-port: {arguments.RtcPort} is not a port (0 to 65535)."),
            { } given => (ushort)given,
        };
        var range = arguments.RtcPort is null ? configured[0].PortRange : null;
        foreach (var ip in arguments.RtcIps)
        {
            if (!IPAddress.TryParse(ip, out _))
            {
                throw new StartException($"--rtc-ip: '{ip}' is not an IP address.");
            }
        }

        var infos = arguments.RtcIps.IsEmpty
            ? [.. configured.Select(info => arguments.RtcPort is null ? info : info with { Port = port, PortRange = null })]
            : (from ip in arguments.RtcIps from protocol in Protocols select new ListenInfo(protocol, ip, null, port, PortRange: range)).ToImmutableArray();
        var announced = arguments.AnnouncedAddresses;
        if (announced.IsEmpty)
        {
            return infos;
        }

        var ips = infos.Select(static info => info.Ip).Distinct().ToImmutableArray();
        return announced.Length == ips.Length
            ? [.. infos.Select(info => info with { AnnouncedAddress = announced[ips.IndexOf(info.Ip)] })]
            : throw new StartException(
                $"--announced-address is given {announced.Length} times for {ips.Length} listening addresses; give one for each --rtc-ip.");
    }

    private static (string Host, ushort Port) ClusterAddress(string address) => TrySplit(address, out var host, out var port)
        ? (host, port)
        : throw new StartException($"--cluster-address: '{address}' is not of the form HOST:PORT.");

    private static bool TrySplit(string address, out string host, out ushort port)
    {
        var colon = address.LastIndexOf(':');
        host = colon > 0 ? address[..colon] : string.Empty;
        port = 0;
        return colon > 0 && ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port);
    }

    private static string SeedNode(string address) => TrySplit(address, out _, out _)
        ? Hocon.Quote(address.StartsWith("akka.tcp://", StringComparison.Ordinal) ? address : $"akka.tcp://sfu@{address}")
        : throw new StartException($"--seed-nodes: '{address}' is not of the form HOST:PORT.");
}
