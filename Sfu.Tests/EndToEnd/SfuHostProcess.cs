using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sfu.Tests.EndToEnd;

/// <summary>A node in a process of its own, on free ports of the loopback interface.</summary>
internal sealed partial class SfuHostProcess : ChildProcess
{
    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private static readonly string s_configuration = Configuration("sfu.host.compile-ahead = off");

    private SfuHostProcess(IEnumerable<string> arguments)
        : base("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Sfu.Host.dll"), .. arguments])
    {
    }

    /// <summary>For example <c>http://127.0.0.1:40123</c>.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>For WebSockets.</summary>
    public Uri Signaling(string room, string peer) => new($"ws://{Address.Authority}/?roomId={room}&peerId={peer}");

    /// <summary>Starts a node and awaits that it is ready.</summary>
    public static Task<SfuHostProcess> StartAsync(params string[] more) => StartAsync(ready: true, more);

    /// <summary>Starts a node and awaits that it answers, ready or not.</summary>
    public static Task<SfuHostProcess> StartAnsweringAsync(params string[] more) => StartAsync(ready: false, more);

    private static async Task<SfuHostProcess> StartAsync(bool ready, string[] more)
    {
        var host = new SfuHostProcess(
        [
            "--http", "127.0.0.1:0", "--rtc-ip", "127.0.0.1", "--rtc-port", "0", .. more,
            .. more.Contains("--config") ? Array.Empty<string>() : ["--config", s_configuration],
        ]);
        try
        {
            var patience = TimeSpan.FromSeconds(60);
            var line = await Eventually.Get(
                () => Task.FromResult(host.HasExited ? throw new InvalidOperationException($"the node ended\n{host.Output}\n{host.Errors}") : Page().Match(host.Output)),
                match => match.Success,
                "the node prints its address",
                patience);
            host.Address = new Uri(line.Groups[1].Value);
            if (ready)
            {
                await host.BecomesReadyAsync();
            }

            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a node that is expected to end by itself.</summary>
    public static ChildProcess StartDoomed(params string[] arguments) => new SfuHostProcess(arguments);

    public Task<string> GetAsync(string path) => s_http.GetStringAsync(new Uri(Address, path));

    public Task<HttpStatusCode> DeleteAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Delete, path, headers);

    public Task<HttpStatusCode> PostAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Post, path, headers);

    private async Task<HttpStatusCode> SendAsync(HttpMethod method, string path, (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(Address, path));
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var answer = await s_http.SendAsync(request);
        return answer.StatusCode;
    }

    public async Task<JsonElement> DumpAsync(string room) =>
        JsonElement.Parse(await GetAsync($"/debug/dump?room={Uri.EscapeDataString(room)}"));

    /// <summary>Awaits that nothing of any call is left on the node, neither as actor nor in the media plane.</summary>
    public Task IsIdleAsync(string room) => Eventually.Get(
        () => DumpAsync(room), dump => dump.GetProperty("isIdle").GetBoolean(), "nothing of the call is left", TimeSpan.FromSeconds(20));

    public Task BecomesReadyAsync() => Eventually.True(
        async () => (await AnswerAsync("/healthz/ready")).Code == HttpStatusCode.OK, "the node is ready", TimeSpan.FromSeconds(60));

    /// <summary>Awaits that each of its processes has compiled its code ahead, for which it has a thread, and has its processor for what is asked of it.</summary>
    public Task HasPreparedAsync() => Eventually.True(
        () => Task.FromResult(!Children().Prepend(Id).SelectMany(ThreadNames).Contains("compile-ahead")), "the node has compiled its code", TimeSpan.FromSeconds(60));

    public async Task<(HttpStatusCode Code, string Text)> AnswerAsync(string path)
    {
        using var answer = await s_http.GetAsync(new Uri(Address, path));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Of the node in its cluster: for <c>--seed-nodes</c> of others.</summary>
    public async Task<string> ClusterAddressAsync() => JsonElement.Parse(await GetAsync("/debug/dump")).GetProperty("address").GetString()!;

    /// <summary>The processes that it has started and that live.</summary>
    public IReadOnlyList<int> Children() =>
    [
        .. Directory.GetDirectories($"/proc/{Id}/task")
            .SelectMany(static thread => File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(static child => int.Parse(child, CultureInfo.InvariantCulture)),
    ];

    /// <summary>Of a node that has its media plane in a process of its own.</summary>
    public int MediaProcessId => Assert.Single(Children());

    private static IEnumerable<string> ThreadNames(int process)
    {
        foreach (var thread in Directory.GetDirectories($"/proc/{process}/task"))
        {
            string name;
            try
            {
                name = File.ReadAllText(Path.Combine(thread, "comm")).TrimEnd();
            }
            catch (IOException)
            {
                continue; // It has ended meanwhile.
            }

            yield return name;
        }
    }

    /// <summary>A file for <c>--config</c>: times that a test can wait for, and more.</summary>
    public static string Configuration(string hocon)
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"end-to-end-{Guid.NewGuid():N}.conf");
        File.WriteAllText(file, $"sfu.router.empty-linger = 500 ms\n{hocon}\n");
        return file;
    }

    [GeneratedRegex(@"^The (?:page is|node answers) at (\S+)", RegexOptions.Multiline)]
    private static partial Regex Page();
}
