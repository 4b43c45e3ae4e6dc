using System.Net;
using System.Net.Sockets;
using Microsoft.Playwright;

namespace Sfu.Tests.EndToEnd;

/// <summary>How the program starts, and how it refuses to.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class StartSpecs(Browser browser)
{
    public static TheoryData<string[], string> Nonsense => new()
    {
        { ["--htpp", "localhost:8080"], "--htpp" },
        { ["--http", "localhost"], "ADDRESS:PORT" },
        { ["--http", "example.org:80"], "not an IP address" },
        { ["--http", "127.0.0.1:99999"], "ADDRESS:PORT" },
        { ["--http", "192.0.2.7:18099", "--rtc-ip", "127.0.0.1", "--rtc-port", "0"], "cannot listen" },
        { ["--https", "127.0.0.1:0"], "--tls-cert" },
        { ["--https", "127.0.0.1:0", "--tls-cert", "/no/such/file.pem"], "/no/such/file.pem" },
        { ["--rtc-ip", "here"], "--rtc-ip" },
        { ["--rtc-port", "70000"], "--rtc-port" },
        { ["--rtc-ip", "192.0.2.7", "--rtc-port", "0", "--http", "127.0.0.1:0"], "192.0.2.7" },
        { ["--announced-address", "a", "--announced-address", "b"], "--announced-address" },
        { ["--config", "/no/such/file.conf"], "/no/such/file.conf" },
        { ["--log-level", "loud"], "loud" },
        { ["--seed-node", "somewhere"], "--seed-node" },
        { ["--seed-nodes", "127.0.0.1:4053,somewhere"], "somewhere" },
        { ["--cluster-address", "127.0.0.1"], "--cluster-address" },
        { ["--roles", "chief"], "chief" },
    };

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task Options_that_make_no_sense_stop_the_start_with_one_line(string[] arguments, string mentioned) =>
        await AssertRefusedAsync(arguments, mentioned);

    [Fact]
    public async Task An_unknown_key_in_the_file_stops_the_start_and_is_named()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "sfu.host.signaling.grace-perod = 3 s\n");
            await AssertRefusedAsync(["--config", file], "grace-perod");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_port_in_use_stops_the_start_and_is_named()
    {
        using var tcp = new TcpListener(IPAddress.Loopback, 0);
        tcp.Start();
        var httpPort = ((IPEndPoint)tcp.LocalEndpoint).Port;
        await AssertRefusedAsync(["--http", $"127.0.0.1:{httpPort}", "--rtc-ip", "127.0.0.1", "--rtc-port", "0"], $"{httpPort}");

        using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var mediaPort = ((IPEndPoint)udp.LocalEndPoint!).Port;
        await AssertRefusedAsync(["--http", "127.0.0.1:0", "--rtc-ip", "127.0.0.1", "--rtc-port", $"{mediaPort}"], $"{mediaPort}");
    }

    [Fact]
    public async Task A_terminated_node_ends_by_itself_within_seconds()
    {
        await using var host = await SfuHostProcess.StartAsync();
        Assert.Equal("live", await host.GetAsync("/healthz/live"));
        host.Terminate();
        Assert.Equal(0, await host.ExitedAsync(TimeSpan.FromSeconds(8)));
        Assert.Empty(host.Errors);
    }

    [Fact]
    public async Task Clients_get_a_close_frame_from_a_node_that_ends()
    {
        await using var host = await SfuHostProcess.StartAsync();
        await using var client = await RawClient.ConnectAsync(host.Signaling("end", "p"));
        await client.RequestAsync("join", """{"displayName":"P"}""");
        host.Interrupt();
        Assert.Null(await client.ReceiveAsync());
        Assert.Equal(System.Net.WebSockets.WebSocketCloseStatus.EndpointUnavailable, client.CloseStatus);
        await client.DisposeAsync();
        Assert.Equal(0, await host.ExitedAsync(TimeSpan.FromSeconds(8)));
    }

    [Fact]
    public async Task A_self_signed_certificate_serves_page_and_signalling()
    {
        await using var host = await SfuHostProcess.StartAsync("--https", "127.0.0.1:0", "--tls-self-signed");
        var line = await Eventually.Get(
            () => Task.FromResult(host.Output.Split('\n').FirstOrDefault(text => text.Contains("https://", StringComparison.Ordinal))),
            text => text is not null,
            "the https address is printed");
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=sfu";
        using var http = new HttpClient(handler);
        var page = await http.GetStringAsync(new Uri(line!["The page is at ".Length..].Trim()));
        Assert.Contains("join-form", page, StringComparison.Ordinal);
    }

    [BrowserFact]
    public async Task The_page_says_in_plain_words_that_the_camera_is_refused()
    {
        await using var host = await SfuHostProcess.StartAsync();
        await using var page = await MeetingPage.OpenAsync(browser, host, "camera", "Ada");
        await page.Page.AddInitScriptAsync(
            "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('Permission denied', 'NotAllowedError'));");
        await page.Page.ReloadAsync();
        await page.Page.ClickAsync("#join");
        await Assertions.Expect(page.Page.Locator("#banner")).ToContainTextAsync("not allowed to use your microphone");
        await Eventually.Get(page.StateAsync, state => state == "joined", "joining works without camera and microphone");
    }

    private static async Task AssertRefusedAsync(string[] arguments, string mentioned)
    {
        await using var doomed = SfuHostProcess.StartDoomed(arguments);
        Assert.NotEqual(0, await doomed.ExitedAsync(TimeSpan.FromSeconds(40)));
        var lines = doomed.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var line = Assert.Single(lines);
        Assert.StartsWith("sfu: ", line, StringComparison.Ordinal);
        Assert.Contains(mentioned, line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", doomed.Output, StringComparison.Ordinal);
    }
}
