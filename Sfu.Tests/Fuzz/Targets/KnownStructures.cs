using Sfu.Tests.Unit.Codecs;

namespace Sfu.Tests.Fuzz.Targets;

/// <summary>Descriptors as senders write them.</summary>
internal static class KnownStructures
{
    /// <summary>For each structure: the key frame's descriptor, one of each template, and one that is all of its own.</summary>
    public static IReadOnlyList<byte[][]> All { get; } =
    [
        Descriptors(DescriptorStructure.L1T3()), Descriptors(DescriptorStructure.L2T1()), Descriptors(DescriptorStructure.L3T3Key()),
        Descriptors(DescriptorStructure.S2T1()),
    ];

    private static byte[][] Descriptors(DescriptorStructure structure) =>
    [
        structure.Frame(0, 1, structure: true, active: (1U << structure.TargetCount) - 1),
        .. structure.Templates.Select((_, index) => structure.Frame(index, 2 + index, end: index % 2 == 0)),
        structure.Frame(
            0, 30, indications: new string('R', structure.TargetCount), references: [1, 17, 300], chains: structure.Templates[0].Chains),
    ];
}
