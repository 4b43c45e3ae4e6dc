using System.Collections.Immutable;
using System.Net;
using System.Text.Json;

namespace Sfu.Tests.EndToEnd;

/// <summary>A gateway and nodes that carry media, each a process.</summary>
internal sealed class ClusterProcesses : IAsyncDisposable
{
    private readonly List<SfuHostProcess> _carriers = [];

    private ClusterProcesses(SfuHostProcess gateway) => Gateway = gateway;

    /// <summary>What clients speak with. It is the seed, and outlives the others.</summary>
    public SfuHostProcess Gateway { get; }

    public IReadOnlyList<SfuHostProcess> Carriers => _carriers;

    /// <param name="carriers">How many nodes carry media.</param>
    /// <param name="hocon">For all of them.</param>
    public static async Task<ClusterProcesses> StartAsync(int carriers, string hocon = "")
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"cluster-{Guid.NewGuid():N}.conf");
        await File.WriteAllTextAsync(file, $"sfu.router.empty-linger = 500 ms\n{hocon}\n");
        var cluster = new ClusterProcesses(await SfuHostProcess.StartAnsweringAsync("--roles", "gateway", "--config", file));
        try
        {
            var seed = await cluster.Gateway.ClusterAddressAsync();
            for (var i = 0; i < carriers; i++)
            {
                cluster._carriers.Add(await SfuHostProcess.StartAsync("--roles", "sfu", "--seed-nodes", seed, "--config", file));
            }

            await cluster.Gateway.BecomesReadyAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The nodes that carry WebRtcTransports of clients now, with how many.</summary>
    public async Task<ImmutableArray<(SfuHostProcess Node, int Transports)>> LoadsAsync()
    {
        var loads = ImmutableArray.CreateBuilder<(SfuHostProcess, int)>();
        foreach (var node in _carriers.Where(node => !node.HasExited))
        {
            var servers = (await node.DumpAsync("nobody")).GetProperty("node").GetProperty("servers").EnumerateArray();
            loads.Add((node, servers.Sum(server => server.GetProperty("transports").GetArrayLength())));
        }

        return loads.ToImmutable();
    }

    /// <summary>The nodes with ends of pipes.</summary>
    public async Task<int> PipeEndsAsync()
    {
        var ends = 0;
        foreach (var node in _carriers.Where(node => !node.HasExited))
        {
            var transports = (await node.DumpAsync("nobody")).GetProperty("node").GetProperty("media").GetProperty("transports").EnumerateArray();
            ends += transports.Count(transport => transport.GetProperty("iceState").GetString() == "pipe");
        }

        return ends;
    }

    /// <summary>Awaits that nothing of the room is left on any node that lives.</summary>
    public async Task AreIdleAsync(string room)
    {
        foreach (var node in _carriers.Where(node => !node.HasExited))
        {
            await node.IsIdleAsync(room);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _carriers)
        {
            await node.DisposeAsync();
        }

        await Gateway.DisposeAsync();
    }
}
