using System.Collections.Immutable;
using System.Net;
using System.Text.Json;

namespace Sfu.Tests.EndToEnd;

/// <summary>A gateway and nodes that carry media, each a process.</summary>
internal sealed class ClusterProcesses : IAsyncDisposable
{
    private readonly List<SfuHostProcess> _carriers = [];

    private readonly string _file;
    private readonly string _seed;

    private ClusterProcesses(SfuHostProcess gateway, string seed, string file)
    {
        Gateway = gateway;
        (_seed, _file) = (seed, file);
    }

    /// <summary>What clients speak with. It is the seed, and outlives the others.</summary>
    public SfuHostProcess Gateway { get; }

    public IReadOnlyList<SfuHostProcess> Carriers => _carriers;

    /// <param name="carriers">How many nodes carry media.</param>
    /// <param name="hocon">For all of them.</param>
    public static async Task<ClusterProcesses> StartAsync(int carriers, string hocon = "")
    {
        var file = SfuHostProcess.Configuration(hocon);
        var gateway = await SfuHostProcess.StartAnsweringAsync("--roles", "gateway", "--config", file);
        var cluster = new ClusterProcesses(gateway, await gateway.ClusterAddressAsync(), file);
        try
        {
            for (var i = 0; i < carriers; i++)
            {
                await cluster.AddCarrierAsync();
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

    /// <summary>One more node that carries media.</summary>
    public async Task AddCarrierAsync() =>
        _carriers.Add(await SfuHostProcess.StartAsync("--roles", "sfu", "--seed-nodes", _seed, "--config", _file));

    /// <summary>The node that the Router's actor lives on.</summary>
    public async Task<SfuHostProcess> RouterHolderAsync(string room)
    {
        foreach (var node in _carriers.Where(node => !node.HasExited))
        {
            var address = await node.ClusterAddressAsync();
            var members = JsonElement.Parse(await Gateway.GetAsync("/debug/cluster")).GetProperty("members").EnumerateArray();
            if (members.Any(member => member.GetProperty("node").GetString() == address
                && member.GetProperty("summary") is { ValueKind: JsonValueKind.Object } summary
                && summary.GetProperty("routers").EnumerateArray().Any(router => router.GetString() == room)))
            {
                return node;
            }
        }

        throw new InvalidOperationException($"no node holds the Router {room}");
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

    /// <summary>Who comes now gets another node than the one that carries all transports; that one, which is returned, goes on with those.</summary>
    public async Task<SfuHostProcess> KeepOthersAwayAsync()
    {
        var loads = await Eventually.Get(async () => (await LoadsAsync()).AsEnumerable(), loads => loads.Any(load => load.Transports == 2), "who has come has both transports");
        var full = loads.Single(load => load.Transports != 0).Node;
        var address = await full.ClusterAddressAsync();
        Assert.Equal(HttpStatusCode.Accepted, await full.PostAsync("/debug/drain?within=600&move=no"));
        foreach (var node in _carriers)
        {
            // Any of them may be the Router's, which chooses by what it has heard.
            await Eventually.Get(
                async () => JsonElement.Parse(await node.GetAsync("/debug/cluster")).GetProperty("members").EnumerateArray()
                    .Where(member => member.GetProperty("load").ValueKind == JsonValueKind.Object)
                    .Select(member => (Node: member.GetProperty("node").GetString(), IsFull: member.GetProperty("load").GetProperty("draining").GetBoolean()))
                    .ToArray(),
                known => known.Length == _carriers.Count && known.All(load => load.IsFull == (load.Node == address)),
                "all carriers know which one is full",
                TimeSpan.FromSeconds(30));
        }

        return full;
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
