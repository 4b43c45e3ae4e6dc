using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Sfu.Tests.EndToEnd;

/// <summary>Nodes that do one thing: one process speaks with clients, another carries their media.</summary>
[Collection(EndToEndCollection.Name)]
public sealed partial class RoleSpecs(Browser browser)
{
    private const string SmallPicture = "codec=VP8&size=480x270&simulcast=0";

    [Fact]
    public async Task A_gateway_serves_clients_with_the_media_of_another_node()
    {
        await using var gateway = await SfuHostProcess.StartAnsweringAsync("--roles", "gateway");
        await Eventually.Get(
            () => gateway.AnswerAsync("/healthz/ready"),
            answer => answer == (HttpStatusCode.ServiceUnavailable, "no node of the cluster carries media"),
            "a gateway alone is not ready, and says why");

        await using var sfu = await SfuHostProcess.StartAsync("--roles", "sfu", "--seed-nodes", await gateway.ClusterAddressAsync());
        await gateway.BecomesReadyAsync();
        await using (var client = await RawClient.ConnectAsync(gateway.Signaling("roles", "p")))
        {
            var capabilities = await client.RequestAsync("getRouterRtpCapabilities");
            Assert.True(capabilities.GetProperty("ok").GetBoolean(), capabilities.ToString());
            await client.RequestAsync("join", """{"displayName":"P"}""");
            var transport = await client.RequestAsync("createWebRtcTransport", """{"producing":true,"consuming":false,"forceTcp":false}""");
            Assert.NotEqual(0, transport.GetProperty("data").GetProperty("iceCandidates").GetArrayLength());

            var carrier = await sfu.DumpAsync("roles");
            Assert.Equal(["sfu"], carrier.GetProperty("roles").EnumerateArray().Select(role => role.GetString()));
            Assert.Equal(0, carrier.GetProperty("sessions").GetInt32());
            Assert.Equal(1, carrier.GetProperty("node").GetProperty("servers")[0].GetProperty("transports").GetArrayLength());

            var speaker = await gateway.DumpAsync("roles");
            Assert.Equal(["gateway"], speaker.GetProperty("roles").EnumerateArray().Select(role => role.GetString()));
            Assert.Equal(1, speaker.GetProperty("sessions").GetInt32());
            Assert.Equal(JsonValueKind.Null, speaker.GetProperty("node").ValueKind);
            Assert.Equal(1, speaker.GetProperty("router").GetProperty("transports").GetArrayLength());

            var cluster = JsonElement.Parse(await gateway.GetAsync("/debug/cluster"));
            Assert.True(cluster.GetProperty("isComplete").GetBoolean(), cluster.ToString());
            var members = cluster.GetProperty("members").EnumerateArray().ToDictionary(member => member.GetProperty("node").GetString()!);
            Assert.Equal(2, members.Count);
            Assert.Equal(0, members[await gateway.ClusterAddressAsync()].GetProperty("summary").GetProperty("transports").GetInt32());
            var summary = members[await sfu.ClusterAddressAsync()].GetProperty("summary");
            Assert.Equal("roles", Assert.Single(summary.GetProperty("routers").EnumerateArray()).GetString());
            Assert.Equal(1, Assert.Single(summary.GetProperty("branches").EnumerateArray()).GetProperty("transports").GetInt32());
        }

        Assert.Empty(gateway.Children());
        Assert.Empty(UdpSocketsOf(gateway.Id));
        Assert.Empty(UdpSocketsOf(sfu.Id));
        Assert.NotEmpty(UdpSocketsOf(sfu.MediaProcessId));
        await gateway.IsIdleAsync("roles");
        await sfu.IsIdleAsync("roles");
    }

    [Fact]
    public async Task A_node_without_the_role_gateway_takes_no_clients()
    {
        await using var sfu = await SfuHostProcess.StartAsync("--roles", "sfu");
        Assert.Equal(HttpStatusCode.NotFound, (await sfu.AnswerAsync("/")).Code);
        await Assert.ThrowsAsync<WebSocketException>(() => RawClient.ConnectAsync(sfu.Signaling("roles", "p")));
    }

    [BrowserFact]
    public async Task Two_people_meet_over_a_gateway()
    {
        await using var sfu = await SfuHostProcess.StartAsync("--roles", "sfu");
        await using var gateway = await SfuHostProcess.StartAsync("--roles", "gateway", "--seed-nodes", await sfu.ClusterAddressAsync());
        await using (var ada = await MeetingPage.JoinAsync(browser, gateway, "gateway", "Ada", SmallPicture))
        await using (var bob = await MeetingPage.JoinAsync(browser, gateway, "gateway", "Bob", SmallPicture))
        {
            foreach (var page in new[] { ada, bob })
            {
                await Eventually.Get(
                    page.ReceptionAsync, seen => seen is { FramesDecoded: > 20, AudioEnergy: > 0 }, "picture and sound arrive", TimeSpan.FromSeconds(30));
            }

            var watcher = await browser.NewPageAsync();
            await watcher.GotoAsync(new Uri(sfu.Address, "/cluster").ToString());
            await Assertions.Expect(watcher.Locator("#nodes tbody tr")).ToHaveCountAsync(2);
            await Assertions.Expect(watcher.Locator("#nodes tbody tr.lost")).ToHaveCountAsync(0);
            await Assertions.Expect(watcher.Locator("#routers tbody tr")).ToContainTextAsync(["gateway"]);
            await Assertions.Expect(watcher.Locator("#events li")).ToHaveCountAsync(2);
            await watcher.Context.CloseAsync();
        }

        await gateway.IsIdleAsync("gateway");
        await sfu.IsIdleAsync("gateway");
    }

    [Fact]
    public async Task The_stream_of_a_node_tells_what_happens_on_another()
    {
        await using var sfu = await SfuHostProcess.StartAsync("--roles", "sfu");
        await using var gateway = await SfuHostProcess.StartAsync("--roles", "gateway", "--seed-nodes", await sfu.ClusterAddressAsync());
        using var http = new HttpClient();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var stream = new StreamReader(await http.GetStreamAsync(new Uri(gateway.Address, "/debug/cluster/events"), patience.Token));
        await NextAsync("memberUp");
        await NextAsync("memberUp");
        await using (var client = await RawClient.ConnectAsync(gateway.Signaling("told", "p")))
        {
            await client.RequestAsync("getRouterRtpCapabilities");
            var started = JsonElement.Parse(await NextAsync("routerStarted"));
            Assert.Equal("told", started.GetProperty("routerId").GetString());
            Assert.Equal(await sfu.ClusterAddressAsync(), started.GetProperty("node").GetString());
        }

        Assert.True(JsonElement.Parse(await NextAsync("routerStopped")).GetProperty("closed").GetBoolean());

        async Task<string> NextAsync(string name)
        {
            while (await stream.ReadLineAsync(patience.Token) is { } line)
            {
                if (line == $"event: {name}")
                {
                    return (await stream.ReadLineAsync(patience.Token))!["data: ".Length..];
                }
            }

            throw new InvalidOperationException("the stream ended");
        }
    }

    /// <summary>Inodes: those that the process holds open among those that the kernel knows as UDP.</summary>
    private static IEnumerable<string> UdpSocketsOf(int process)
    {
        var open = Directory.EnumerateFiles($"/proc/{process}/fd")
            .Select(static file => Inode().Match(new FileInfo(file).LinkTarget ?? string.Empty))
            .Where(static match => match.Success)
            .Select(static match => match.Groups[1].Value)
            .ToHashSet();
        return new[] { "udp", "udp6" }
            .SelectMany(protocol => File.ReadLines($"/proc/{process}/net/{protocol}").Skip(1))
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[9])
            .Where(open.Contains)
            .ToArray();
    }

    [GeneratedRegex(@"^socket:\[(\d+)\]$")]
    private static partial Regex Inode();
}
