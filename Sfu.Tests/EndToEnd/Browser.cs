using Microsoft.Playwright;

namespace Sfu.Tests.EndToEnd;

/// <summary>One Chromium with a fake camera and microphone, shared by the tests of the collection. Every page has a context of its own.</summary>
public sealed class Browser : IAsyncLifetime
{
    // Playwright adds switches of its own; those here make WebRTC work headless, as root and over the loopback interface.
    private static readonly string[] s_switches =
    [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-pings",
        "--disable-domain-reliability",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        "--autoplay-policy=no-user-gesture-required",
        "--allow-loopback-in-peer-connection",
        "--disable-features=WebRtcHideLocalIpsWithMdns,MediaRouter,OptimizationHints,Translate",
        "--disable-dev-shm-usage",
        "--disable-renderer-backgrounding",
        "--disable-background-timer-throttling",
        "--disable-backgrounding-occluded-windows",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>A page that nobody else shares cookies or devices with.</summary>
    public async Task<IPage> NewPageAsync()
    {
        if (_browser is null)
        {
            var chromium = Requirements.Chromium ?? throw new InvalidOperationException(BrowserTheoryAttribute.Reason);
            _playwright ??= await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = chromium,
                Headless = true,
                Args = s_switches,
            });
        }

        var context = await _browser.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1000, Height = 700 } });
        return await context.NewPageAsync();
    }
}
