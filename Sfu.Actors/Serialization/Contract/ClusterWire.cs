using Sfu.Actors.Cluster;

namespace Sfu.Actors.Serialization.Contract;

/// <summary>What nodes replicate among themselves.</summary>
internal static class ClusterWire
{
    public static void AddTo(WireTableBuilder table) => table
        .Record<NodeLoad>(
            "Node:1 Uid:2 Sequence:3 Region:4 Zone:5 Servers:6 Draining:7 Threads:8 Transports:9 PacketsPerSecond:10 CpuPermille:11")
        .Message<NodeLoads>("cluster/node-loads/1", "Entries:1");
}
