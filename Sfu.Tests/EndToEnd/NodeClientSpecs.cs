using System.Text.Json;

namespace Sfu.Tests.EndToEnd;

/// <summary>Stacks other than a browser: libwebrtc in Node.js under the unmodified mediasoup-client.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class NodeClientSpecs
{
    [NodeClientFact]
    public async Task Libwebrtc_in_node_sends_and_receives()
    {
        await using var host = await SfuHostProcess.StartAsync();
        await using (var ada = StartClient(host, "ada"))
        await using (var bob = StartClient(host, "bob"))
        {
            foreach (var client in new[] { ada, bob })
            {
                var seen = await Eventually.Get(
                    () => Task.FromResult(LastReport(client)),
                    report => report is { } r && r.GetProperty("framesReceived").GetInt64() > 40 && r.GetProperty("audioLevel").GetDouble() > 0.01,
                    "the client receives picture and sound",
                    TimeSpan.FromSeconds(60));
                Assert.True(seen!.Value.GetProperty("framesSent").GetInt64() > 0);
            }

            foreach (var client in new[] { ada, bob })
            {
                client.Interrupt();
            }

            Assert.Equal(0, await ada.ExitedAsync(TimeSpan.FromSeconds(10)));
            Assert.Equal(0, await bob.ExitedAsync(TimeSpan.FromSeconds(10)));
        }

        await host.IsIdleAsync("wrtc");
    }

    private static ChildProcess StartClient(SfuHostProcess host, string peer) => new(
        Requirements.Node ?? "node",
        ["wrtc-client.mjs", $"ws://{host.Address.Authority}/?roomId=wrtc&peerId={peer}"],
        Repository.NodeClients);

    private static JsonElement? LastReport(ChildProcess client)
    {
        if (client.HasExited)
        {
            throw new InvalidOperationException($"the client ended\n{client.Output}\n{client.Errors}");
        }

        var line = client.Output.Split('\n').LastOrDefault(text => text.StartsWith('{') && text.TrimEnd().EndsWith('}'));
        return line is null ? null : JsonElement.Parse(line);
    }
}
