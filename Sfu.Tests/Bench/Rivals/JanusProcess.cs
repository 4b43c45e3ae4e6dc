using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Sfu.Tests.EndToEnd;

namespace Sfu.Bench.Rivals;

/// <summary>
/// Janus as Debian packages it, with the videoroom plugin, its API by WebSocket, and everything else at its defaults; on the loopback
/// interface, with a configuration of its own.
/// </summary>
internal sealed class JanusProcess : ChildProcess
{
    private const string Folder = "janus";

    private static readonly string[] s_unusedTransports = ["http", "mqtt", "nanomsg", "pfunix", "rabbitmq"];

    private readonly string _configuration;

    private JanusProcess(JanusProgram program, string configuration)
        : base(
            "/usr/bin/env",
            [$"LD_PRELOAD={program.Preload}", program.File, "--configs-folder", configuration, "--config", Path.Combine(configuration, "janus.jcfg")])
    {
        _configuration = configuration;
    }

    /// <summary>Of its API.</summary>
    public Uri Address { get; private init; } = null!;

    public static async Task<JanusProcess> StartAsync(JanusProgram program)
    {
        var port = FreePort();
        var janus = new JanusProcess(program, Configure(program.File, port))
        {
            Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"ws://127.0.0.1:{port}/")),
        };
        try
        {
            await Eventually.True(
                () => janus.HasExited ? throw new InvalidOperationException($"Janus ended\n{janus.Output}\n{janus.Errors}") : CanConnectAsync(port),
                "Janus listens");
            return janus;
        }
        catch
        {
            await janus.DisposeAsync();
            throw;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_configuration, recursive: true);
    }

    private static string Configure(string program, int port)
    {
        var folder = Directory.CreateTempSubdirectory("sfu-bench-janus-").FullName;
        var libraries = Libraries(program);
        var unused = string.Join(',', s_unusedTransports.Select(static name => $"libjanus_{name}.so"));
        File.WriteAllText(Path.Combine(folder, "janus.jcfg"), $$"""
            general: {
              configs_folder = "{{folder}}"
              plugins_folder = "{{libraries}}/plugins"
              transports_folder = "{{libraries}}/transports"
              events_folder = "{{folder}}"
              loggers_folder = "{{folder}}"
              debug_level = 2
              session_timeout = 0
            }
            nat: {
              ice_lite = true
              ice_enforce_list = "127.0.0.1"
            }
            plugins: { disable = "{{string.Join(',', OtherPlugins(libraries))}}" }
            transports: { disable = "{{unused}}" }

            """);
        File.WriteAllText(Path.Combine(folder, "janus.transport.websockets.jcfg"), string.Create(CultureInfo.InvariantCulture, $$"""
            general: {
              json = "compact"
              ws = true
              ws_ip = "127.0.0.1"
              ws_port = {{port}}
              wss = false
            }

            """));
        File.WriteAllText(Path.Combine(folder, "janus.plugin.videoroom.jcfg"), "");
        return folder;
    }

    /// <summary>Debian: /usr/lib/x86_64-linux-gnu/janus; built from source: lib/janus beside bin.</summary>
    private static string Libraries(string program)
    {
        var prefix = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(program)!, ".."));
        var triplet = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
        string[] places = [Path.Combine(prefix, "lib", triplet, Folder), Path.Combine(prefix, "lib", Folder)];
        return Array.Find(places, Directory.Exists) ?? throw new InvalidOperationException($"Janus' plugins are in none of {string.Join(", ", places)}.");
    }

    private static IEnumerable<string> OtherPlugins(string libraries) => Directory.EnumerateFiles(Path.Combine(libraries, "plugins"), "*.so")
        .Select(static file => Path.GetFileName(file))
        .Where(static name => name != "libjanus_videoroom.so");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<bool> CanConnectAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
