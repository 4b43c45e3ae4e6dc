using System.Globalization;
using System.Net;
using System.Text.Json;
using Xunit.Abstractions;

namespace Sfu.Tests.EndToEnd;

/// <summary>An operator closes the WebRtcServer under a call.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class ServerCloseSpecs(Browser browser, ITestOutputHelper output)
{
    private const long WithinMs = 1000;

    [BrowserTheory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Chromium_leaves_connected_within_a_second(string protocol)
    {
        var room = $"server-close-{protocol}";
        await using var host = await SfuHostProcess.StartAsync("--config", SfuHostProcess.Configuration("sfu.host.compile-ahead = on"));
        await using (var ada = await MeetingPage.JoinAsync(browser, host, room, "Ada", protocol == "tcp" ? "forceTcp=1" : null))
        await using (var bob = await MeetingPage.JoinAsync(browser, host, room, "Bob", protocol == "tcp" ? "forceTcp=1" : null))
        {
            foreach (var page in new[] { ada, bob })
            {
                await Eventually.Get(page.ReceptionAsync, seen => seen.FramesDecoded > 0, "picture arrives", TimeSpan.FromSeconds(30));
                await Eventually.Get(page.ConnectionStatesAsync, states => states == "connected,connected", "both transports are connected");
            }

            // As of a node in service: not how long its code takes to be compiled.
            await host.HasPreparedAsync();
            var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            Assert.Equal(HttpStatusCode.NoContent, await host.DeleteAsync("/debug/servers/main"));

            foreach (var page in new[] { ada, bob })
            {
                var changes = await Eventually.Get(
                    () => ConnectionChangesAsync(page),
                    changes => changes.Count(change => change.AtMs >= before && change.State != "connected") >= 2,
                    "both connections leave connected",
                    TimeSpan.FromSeconds(5));
                output.WriteLine(string.Join(", ", changes.Select(change => $"{change.Connection}: {change.State} after {change.AtMs - before} ms")));
                var left = changes.Where(change => change.AtMs >= before).GroupBy(change => change.Connection).Select(changes => changes.First()).ToArray();
                Assert.Equal(2, left.Length);
                Assert.All(left, change => Assert.NotEqual("connected", change.State));
                Assert.All(left, change => Assert.InRange(change.AtMs - before, 0, WithinMs));

                // For the browser itself a connection whose DTLS was closed is "connected" until ICE gives up (WebRTC 1.0 §4.3.3): it is the
                // close_notify that the page goes by.
                var goodbye = await page.Page.EvaluateAsync<string>("() => window.__sfu.history.find((line) => line.endsWith('DTLS closed by the server'))");
                Assert.InRange(DateTimeOffset.Parse(goodbye.Split(' ')[0], CultureInfo.InvariantCulture).ToUnixTimeMilliseconds() - before, 0, WithinMs);
            }

            var dump = await host.DumpAsync(room);
            Assert.Empty(dump.GetProperty("node").GetProperty("servers").EnumerateArray());
            Assert.Empty(dump.GetProperty("node").GetProperty("media").GetProperty("servers").EnumerateArray());
        }

        await host.IsIdleAsync(room);
    }

    [Fact]
    public async Task An_operator_closes_a_server_from_this_machine_only()
    {
        await using var host = await SfuHostProcess.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, await host.DeleteAsync("/debug/servers/ghost"));
        Assert.Equal(HttpStatusCode.NotFound, await host.DeleteAsync("/debug/servers/main", ("Origin", "https://example.org")));
        Assert.Equal(HttpStatusCode.NotFound, await host.DeleteAsync("/debug/servers/main", ("X-Forwarded-For", "203.0.113.1")));
        Assert.True((await host.DumpAsync("nobody")).GetProperty("node").GetProperty("media").GetProperty("servers").GetArrayLength() == 1);
        Assert.Equal(HttpStatusCode.NoContent, await host.DeleteAsync("/debug/servers/main"));
        Assert.Equal(HttpStatusCode.NoContent, await host.DeleteAsync("/debug/servers/main"));
    }

    private static async Task<Change[]> ConnectionChangesAsync(MeetingPage page)
    {
        var changes = await page.Page.EvaluateAsync<JsonElement>("() => window.__connections");
        return [.. changes.EnumerateArray().Select(change => new Change(
            change.GetProperty("connection").GetInt32(), change.GetProperty("state").GetString()!, change.GetProperty("at").GetInt64()))];
    }

    private sealed record Change(int Connection, string State, long AtMs);
}
