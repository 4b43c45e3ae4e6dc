using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Sfu.Tests.EndToEnd;

/// <summary>A node whose media process has run out of file descriptors.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class DescriptorSpecs
{
    private const int Spare = 60;

    [Fact]
    public async Task Node_without_file_descriptors_says_so_once_and_recovers()
    {
        await using var host = await SfuHostProcess.StartAsync();
        var port = (await MediaAsync(host)).GetProperty("servers")[0].GetProperty("listenInfos").EnumerateArray()
            .First(static info => info.GetProperty("protocol").GetString() == "Tcp").GetProperty("port").GetInt32();
        var open = Directory.GetFiles($"/proc/{host.MediaProcessId}/fd").Length;
        using (var limit = Process.Start("prlimit", ["--pid", $"{host.MediaProcessId}", $"--nofile={open + Spare}"]))
        {
            await limit.WaitForExitAsync();
            Assert.Equal(0, limit.ExitCode);
        }

        var crowd = new List<Socket>();
        for (var i = 0; i < 2 * Spare; i++)
        {
            crowd.Add(await ConnectAsync(port));
        }

        // Who was hung up on reads the end of the stream at once; the last in the row certainly was.
        Assert.Equal(0, await crowd[^1].ReceiveAsync(new byte[1]).WaitAsync(TimeSpan.FromSeconds(10)));
        await Eventually.Get(() => ConnectionsAsync(host), static count => count is > 10 and <= Spare, "as many connections as there are descriptors");
        crowd.ForEach(static socket => socket.Dispose());
        await Eventually.Get(() => ConnectionsAsync(host), static count => count == 0, "the crowd is gone");

        using var late = await ConnectAsync(port);
        await Eventually.Get(() => ConnectionsAsync(host), static count => count == 1, "new connections are taken again");
        Assert.Single(host.Output.Split('\n'), static line => line.Contains("No file descriptor is left", StringComparison.Ordinal));
    }

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port)).WaitAsync(TimeSpan.FromSeconds(10));
        return socket;
    }

    private static async Task<int> ConnectionsAsync(SfuHostProcess host) => (await MediaAsync(host)).GetProperty("tcpConnections").GetInt32();

    private static async Task<System.Text.Json.JsonElement> MediaAsync(SfuHostProcess host) =>
        (await host.DumpAsync("none")).GetProperty("node").GetProperty("media");
}
