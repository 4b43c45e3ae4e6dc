using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Sfu.Tests.EndToEnd;

namespace Sfu.Bench.Node;

/// <summary>The node that is measured: the program itself, a Release build, on free ports of the loopback interface.</summary>
internal sealed partial class NodeProcess : ChildProcess
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly HttpClient s_http = new() { Timeout = s_patience };

    private NodeProcess(string program, IEnumerable<string> arguments)
        : base("dotnet", ["exec", program, .. arguments])
    {
    }

    /// <summary>For example <c>http://127.0.0.1:40123</c>.</summary>
    public Uri Address { get; private set; } = null!;

    public Uri Signaling(string room, string peer) => new($"ws://{Address.Authority}/ws?roomId={room}&peerId={peer}");

    /// <param name="program">Sfu.Host.dll, of the tree that is measured.</param>
    /// <param name="settings">For its configuration, <c>key=value</c>.</param>
    /// <param name="arguments">More for its command line.</param>
    public static async Task<NodeProcess> StartAsync(string program, IEnumerable<string> settings, IEnumerable<string> arguments)
    {
        var node = new NodeProcess(
            program, ["--http", "127.0.0.1:0", "--rtc-ip", "127.0.0.1", "--rtc-port", "0", "--log-level", "warning", "--config", WriteConfiguration(settings), .. arguments]);
        try
        {
            var line = await Eventually.Get(
                () => Task.FromResult(node.HasExited ? throw new InvalidOperationException($"the node ended\n{node.Output}\n{node.Errors}") : Page().Match(node.Output)),
                match => match.Success,
                "the node prints its address",
                s_patience);
            node.Address = new Uri(line.Groups[1].Value);
            await Eventually.True(node.IsReadyAsync, "the node is ready", s_patience);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <param name="collect">Collect garbage before, so that memory figures are of what is alive.</param>
    public async Task<RuntimeFigures> FiguresAsync(bool collect = false)
    {
        using var answer = collect
            ? await s_http.PostAsync(new Uri(Address, "/debug/runtime"), null)
            : await s_http.GetAsync(new Uri(Address, "/debug/runtime"));
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<RuntimeFigures>())!.Together();
    }

    /// <summary>Ends it in order, by force when that takes too long.</summary>
    public async Task StopAsync()
    {
        if (!HasExited)
        {
            Terminate();
            try
            {
                await ExitedAsync(TimeSpan.FromSeconds(20));
            }
            catch (TimeoutException)
            {
                // Disposing kills it.
            }
        }

        await DisposeAsync();
    }

    private async Task<bool> IsReadyAsync()
    {
        using var answer = await s_http.GetAsync(new Uri(Address, "/healthz/ready"));
        return answer.IsSuccessStatusCode;
    }

    /// <summary>Limits for clients that are many in one process and slower than browsers.</summary>
    private static string WriteConfiguration(IEnumerable<string> settings)
    {
        var file = Path.Combine(AppContext.BaseDirectory, "bench.conf");
        File.WriteAllText(file, $$"""
            sfu.router.empty-linger = 1 s
            sfu.host.compile-ahead = off
            sfu.host.signaling {
              grace-period = 1 s
              client-answer-timeout = 60 s
              router-answer-timeout = 60 s
              keep-alive = 60 s
              max-outgoing-messages = 10000
              max-pending-requests = 1000
              max-transports-per-session = 1000
              max-producers-per-session = 1000
            }
            {{string.Join('\n', settings)}}

            """);
        return file;
    }

    [GeneratedRegex(@"^The page is at (\S+)", RegexOptions.Multiline)]
    private static partial Regex Page();
}
