using System.CommandLine;
using System.Globalization;
using System.Text;

namespace Sfu.Host.Options;

/// <summary>The program's options. Each stands for keys of <c>hocon/sfu.conf</c>, and wins over the files.</summary>
internal sealed class CommandLine
{
    private readonly Option<string[]> _http = Many("--http", "ADDRESS:PORT", "Serve page and signalling here; may be repeated. Default: localhost:8080.");
    private readonly Option<string[]> _https = Many("--https", "ADDRESS:PORT", "The same with TLS; may be repeated.");
    private readonly Option<string?> _tlsCertificate = One("--tls-cert", "FILE", "Certificate of the https listeners, PEM, leaf first.");
    private readonly Option<string?> _tlsKey = One("--tls-key", "FILE", "Its private key, PEM.");
    private readonly Option<bool> _tlsSelfSigned = new("--tls-self-signed") { Description = "Make a certificate at start instead." };
    private readonly Option<string[]> _rtcIp = Many("--rtc-ip", "ADDRESS", "Receive media on this address; may be repeated.");
    private readonly Option<int?> _rtcPort = new("--rtc-port") { HelpName = "PORT", Description = "UDP and TCP port for media; 0: free ones." };

    private readonly Option<string[]> _announced =
        Many("--announced-address", "ADDRESS", "Tell clients this address or name instead of --rtc-ip; one for each, in the same order.");

    private readonly Option<string?> _config = One("--config", "FILE", "HOCON file over the built-in defaults; see hocon/sfu.conf for every key.");
    private readonly Option<string?> _logLevel = One("--log-level", "LEVEL", "trace, debug, info, warning, error or off.");
    private readonly Option<string[]> _seedNodes = Many("--seed-node", "HOST:PORT", "Join this cluster; may be repeated. Default: a cluster of one.");
    private readonly Option<string[]> _roles = Many("--roles", "ROLE", "Cluster roles of this node.");
    private readonly Option<string> _certificateDirectory = new("--out") { HelpName = "DIR", Description = "Where the files go.", Required = true };
    private readonly Option<string[]> _certificateNodes = Many("--node", "NAME", "Make NAME.pem and NAME.key; may be repeated.");
    private readonly RootCommand _root;

    public CommandLine()
    {
        _roles.AllowMultipleArgumentsPerToken = true;
        _root = new RootCommand("A WebRTC selective forwarding unit.")
        {
            _http, _https, _tlsCertificate, _tlsKey, _tlsSelfSigned, _rtcIp, _rtcPort, _announced, _config, _logLevel, _seedNodes, _roles,
        };
        var certificates = new Command("cluster-cert", "Make the authority of a cluster, where there is none yet, and certificates of nodes: see sfu.cluster.tls.")
        {
            _certificateDirectory, _certificateNodes,
        };
        certificates.SetAction(MakeCertificates);
        _root.Subcommands.Add(certificates);
    }

    /// <summary>Reads the arguments and hands them on; answers <c>--help</c> and <c>--version</c> itself.</summary>
    /// <exception cref="StartException">An option is unknown or has a value of the wrong kind.</exception>
    public Task<int> RunAsync(string[] args, Func<StartArguments, Task<int>> start)
    {
        _root.SetAction((parsed, _) => start(Read(parsed)));
        var result = _root.Parse(args);
        if (result.Errors.Count > 0)
        {
            throw new StartException(HostOptions.OneLine(result.Errors[0].Message) + " See --help.");
        }

        // Signals belong to the host's orderly stop.
        return result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    private int MakeCertificates(ParseResult parsed)
    {
        foreach (var file in ClusterCertificates.Make(parsed.GetRequiredValue(_certificateDirectory), parsed.GetValue(_certificateNodes) ?? [], DateTimeOffset.UtcNow))
        {
            Console.WriteLine(file);
        }

        return 0;
    }

    private static Option<string?> One(string name, string value, string description) => new(name) { HelpName = value, Description = description };

    private static Option<string[]> Many(string name, string value, string description) => new(name)
    {
        HelpName = value,
        Description = description,
        DefaultValueFactory = _ => [],
    };

    private StartArguments Read(ParseResult parsed)
    {
        var keys = new StringBuilder();
        AddList(keys, "sfu.host.http", parsed.GetValue(_http));
        AddList(keys, "sfu.host.https", parsed.GetValue(_https));
        if (parsed.GetValue(_https) is { Length: > 0 } && parsed.GetValue(_http) is not { Length: > 0 })
        {
            // Who asks for TLS and names no plain address does not get one.
            keys.AppendLine("sfu.host.http = []");
        }

        Add(keys, "sfu.host.tls.certificate", parsed.GetValue(_tlsCertificate));
        Add(keys, "sfu.host.tls.key", parsed.GetValue(_tlsKey));
        Add(keys, "sfu.host.log-level", parsed.GetValue(_logLevel));
        if (parsed.GetValue(_tlsSelfSigned))
        {
            keys.AppendLine("sfu.host.tls.self-signed = on");
        }

        return new StartArguments(
            keys.ToString(),
            parsed.GetValue(_config),
            [.. parsed.GetValue(_rtcIp) ?? []],
            parsed.GetValue(_rtcPort),
            [.. parsed.GetValue(_announced) ?? []],
            [.. parsed.GetValue(_seedNodes) ?? []],
            [.. (parsed.GetValue(_roles) ?? []).SelectMany(r => r.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))]);
    }

    private static void AddList(StringBuilder keys, string key, string[]? values)
    {
        if (values is { Length: > 0 })
        {
            keys.AppendLine(CultureInfo.InvariantCulture, $"{key} = [{string.Join(", ", values.Select(Hocon.Quote))}]");
        }
    }

    private static void Add(StringBuilder keys, string key, string? value)
    {
        if (value is not null)
        {
            keys.AppendLine(CultureInfo.InvariantCulture, $"{key} = {Hocon.Quote(value)}");
        }
    }
}
