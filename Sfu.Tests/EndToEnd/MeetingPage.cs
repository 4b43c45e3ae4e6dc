using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;

namespace Sfu.Tests.EndToEnd;

/// <summary>The page of one participant, driven as a person and read by <c>window.__sfu</c>.</summary>
internal sealed class MeetingPage : IAsyncDisposable
{
    /// <summary>A camera that costs little: of the page's address.</summary>
    public const string SmallPicture = "codec=VP8&size=480x270&simulcast=0";

    /// <summary>Notes each connection's states. The browser has no event for a connection that its own page closes.</summary>
    private const string ConnectionRecorder =
        """
        window.__connections = [];
        let connections = 0;
        window.RTCPeerConnection = class extends RTCPeerConnection {
            constructor(...all) {
                super(...all);
                this.number = ++connections;
                this.addEventListener('connectionstatechange', () => this.note());
            }

            close() {
                super.close();
                this.note();
            }

            note() {
                window.__connections.push({ connection: this.number, state: this.connectionState, at: Date.now() });
            }
        };
        """;

    private readonly List<string> _console = [];

    private MeetingPage(IPage page)
    {
        Page = page;
        page.Console += (_, message) => _console.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => _console.Add($"uncaught: {error}");
    }

    public IPage Page { get; }

    public string Console => string.Join('\n', _console);

    /// <param name="browser">Shared.</param>
    /// <param name="host">Whose page it is.</param>
    /// <param name="room">To join.</param>
    /// <param name="name">Of the participant.</param>
    /// <param name="more">Of the page's address.</param>
    /// <param name="script">Runs before the page's own.</param>
    public static async Task<MeetingPage> OpenAsync(
        Browser browser, SfuHostProcess host, string room, string name, string? more = null, string? script = null)
    {
        var page = new MeetingPage(await browser.NewPageAsync());
        await page.Page.AddInitScriptAsync(ConnectionRecorder);
        if (script is not null)
        {
            await page.Page.AddInitScriptAsync(script);
        }

        await page.Page.GotoAsync(new Uri(host.Address, $"/?room={room}&name={name}&{more}").ToString());
        return page;
    }

    /// <summary>Opens the page and joins as a person does.</summary>
    public static async Task<MeetingPage> JoinAsync(
        Browser browser, SfuHostProcess host, string room, string name, string? more = null, string? script = null)
    {
        var page = await OpenAsync(browser, host, room, name, more, script);
        await page.Page.ClickAsync("#join");
        try
        {
            await Eventually.Get(page.StateAsync, state => state == "joined", $"{name} has joined", TimeSpan.FromSeconds(30));
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\n{page.Console}\n{host.Output}\n{host.Errors}", e);
        }

        return page;
    }

    public Task<string> StateAsync() => Page.EvaluateAsync<string>("() => window.__sfu.state");

    /// <summary>Connection states of the transports, for example <c>connected,connected</c>.</summary>
    public Task<string> ConnectionStatesAsync() => Page.EvaluateAsync<string>("() => window.__sfu.transports.map((t) => t.connectionState).join()");

    /// <summary>What the call has gone through, each line after the time at which it did.</summary>
    public async Task<ImmutableArray<(long AtMs, string What)>> HistoryAsync() =>
    [
        .. (await Page.EvaluateAsync<string[]>("() => window.__sfu.history")).Select(static line =>
        {
            var at = line.IndexOf(' ', StringComparison.Ordinal);
            return (DateTimeOffset.Parse(line.AsSpan(0, at), CultureInfo.InvariantCulture).ToUnixTimeMilliseconds(), line[(at + 1)..]);
        }),
    ];

    public Task<int> RemoteTilesAsync() => Page.Locator(".tile:not(.own)").CountAsync();

    public async Task<Reception> ReceptionAsync()
    {
        var stats = await Page.EvaluateAsync<JsonElement>("() => window.__sfu.consumerStats()");
        return Reception.From(stats);
    }

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}
