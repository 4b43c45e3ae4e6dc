using System.Collections.Immutable;
using Akka.Configuration;
using Sfu.Host.Signaling;

namespace Sfu.Host.Options;

/// <summary>The section <c>sfu.host</c>.</summary>
internal sealed record HostOptions
{
    public ImmutableArray<ListenAddress> Http { get; init; } = [];

    public ImmutableArray<ListenAddress> Https { get; init; } = [];

    public TlsOptions Tls { get; init; } = new(null, null, SelfSigned: false);

    /// <summary>What the cluster does is not for this machine alone to see.</summary>
    public bool ClusterIsShownEverywhere { get; init; }

    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What clients will need is compiled right after the start.</summary>
    public bool CompileAhead { get; init; } = true;

    public SignalingOptions Signaling { get; init; } = new();

    /// <exception cref="StartException">A value makes no sense.</exception>
    public static HostOptions From(Config config)
    {
        try
        {
            var host = config.GetConfig("sfu.host");
            var options = new HostOptions
            {
                Http = Addresses(host, "http"),
                Https = Addresses(host, "https"),
                Tls = new TlsOptions(Text(host, "tls.certificate"), Text(host, "tls.key"), host.GetBoolean("tls.self-signed")),
                ClusterIsShownEverywhere = Access(host.GetString("cluster-access")),
                LogLevel = Level(host.GetString("log-level")),
                StartTimeout = Duration(host, "start-timeout"),
                StopTimeout = Duration(host, "stop-timeout"),
                CompileAhead = host.GetBoolean("compile-ahead"),
                Signaling = ReadSignaling(host.GetConfig("signaling")),
            };
            options.Check();
            return options;
        }
        catch (Exception e) when (e is FormatException or OverflowException or ConfigurationException or InvalidCastException)
        {
            throw new StartException($"sfu.host: {OneLine(e.Message)}", e);
        }
    }

    internal static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();

    private static SignalingOptions ReadSignaling(Config signaling) => new()
    {
        GracePeriod = Duration(signaling, "grace-period"),
        FirstMessageTimeout = Duration(signaling, "first-message-timeout"),
        ClientAnswerTimeout = Duration(signaling, "client-answer-timeout"),
        RouterAnswerTimeout = Duration(signaling, "router-answer-timeout"),
        KeepAlive = Duration(signaling, "keep-alive"),
        MaxMessageBytes = Count(signaling, "max-message-bytes", 1024, 16 * 1024 * 1024),
        MaxOutgoingMessages = Count(signaling, "max-outgoing-messages", 16, 1_000_000),
        MaxPendingRequests = Count(signaling, "max-pending-requests", 1, 10_000),
        MaxTransportsPerSession = Count(signaling, "max-transports-per-session", 1, 1000),
        MaxProducersPerSession = Count(signaling, "max-producers-per-session", 1, 1000),
        MaxSessions = Count(signaling, "max-sessions", 1, 10_000_000),
    };

    private static ImmutableArray<ListenAddress> Addresses(Config host, string key) =>
        [.. host.GetStringList(key).Where(text => text.Length > 0).Select(text => ListenAddress.Parse(text, $"sfu.host.{key}"))];

    private static string? Text(Config config, string key) => config.GetString(key) is { Length: > 0 } text ? text : null;

    private static TimeSpan Duration(Config config, string key)
    {
        var value = config.GetTimeSpan(key, null, allowInfinite: false);
        return value > TimeSpan.Zero ? value : throw new StartException($"sfu.host: '{key}' must be a duration above zero.");
    }

    private static int Count(Config config, string key, int min, int max)
    {
        var value = config.GetInt(key);
        return value >= min && value <= max ? value : throw new StartException($"sfu.host: '{key}' must be from {min} to {max}.");
    }

    private static bool Access(string text) => text switch
    {
        "loopback" => false,
        "everywhere" => true,
        _ => throw new StartException($"sfu.host.cluster-access: '{text}' is neither loopback nor everywhere."),
    };

    private static LogLevel Level(string text) => text.ToLowerInvariant() switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "info" or "information" => LogLevel.Information,
        "warning" or "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "off" or "none" => LogLevel.None,
        _ => throw new StartException($"sfu.host.log-level: '{text}' is none of trace, debug, info, warning, error, off."),
    };

    private void Check()
    {
        if (Http.IsEmpty && Https.IsEmpty)
        {
            throw new StartException("sfu.host: neither http nor https has an address to listen on.");
        }

        if (Https.IsEmpty)
        {
            return;
        }

        if (Tls.CertificateFile is null && !Tls.SelfSigned)
        {
            throw new StartException("https needs a certificate: give --tls-cert and --tls-key, or --tls-self-signed.");
        }

        if (Tls.CertificateFile is not null && Tls.SelfSigned)
        {
            throw new StartException("--tls-cert and --tls-self-signed exclude each other.");
        }
    }
}
