namespace Sfu.Tests.Unit.Codecs;

/// <summary>Writes dependency descriptors as a sender does (AV1 RTP specification §A.4), independent of the code under test.</summary>
internal sealed class DescriptorStructure(int targetCount, int[] chainOfTarget, params DescriptorStructure.Template[] templates)
{
    /// <param name="Spatial">Spatial identifier.</param>
    /// <param name="Temporal">Temporal identifier.</param>
    /// <param name="Indications">A character of <c>-DSR</c> per decode target, as the specification's tables have them.</param>
    /// <param name="References">Frame differences.</param>
    /// <param name="Chains">Chain differences.</param>
    public sealed record Template(int Spatial, int Temporal, string Indications, int[] References, int[] Chains);

    public int IdOffset { get; init; }

    public (int Width, int Height)[] Resolutions { get; init; } = [];

    public IReadOnlyList<Template> Templates => templates;

    public int TargetCount => targetCount;

    private int ChainCount => templates[0].Chains.Length;

    /// <summary>A descriptor.</summary>
    public byte[] Frame(
        int template, int number, bool start = true, bool end = true, bool structure = false, uint? active = null, string? indications = null,
        int[]? references = null, int[]? chains = null)
    {
        var bits = new BitWriter().Flag(start).Flag(end).Write((uint)(IdOffset + template) % 64, 6).Write((ushort)number, 16);
        if (!structure && active is null && indications is null && references is null && chains is null)
        {
            return bits.ToBytes();
        }

        bits.Flag(structure).Flag(active is not null).Flag(indications is not null).Flag(references is not null).Flag(chains is not null);
        if (structure)
        {
            WriteStructure(bits);
        }

        if (active is { } mask)
        {
            bits.Write(mask, targetCount);
        }

        WriteIndications(bits, indications ?? "");
        if (references is not null)
        {
            foreach (var reference in references)
            {
                var size = reference <= 16 ? 1 : reference <= 256 ? 2 : 3;
                bits.Write((uint)size, 2).Write((uint)reference - 1, 4 * size);
            }

            bits.Write(0, 2);
        }

        foreach (var chain in chains ?? [])
        {
            bits.Write((uint)chain, 8);
        }

        return bits.ToBytes();
    }

    private static void WriteIndications(BitWriter bits, string indications)
    {
        foreach (var indication in indications)
        {
            bits.Write((uint)"-DSR".IndexOf(indication, StringComparison.Ordinal), 2);
        }
    }

    private void WriteStructure(BitWriter bits)
    {
        bits.Write((uint)IdOffset, 6).Write((uint)targetCount - 1, 5);
        for (var i = 1; i < templates.Length; i++)
        {
            var (last, next) = (templates[i - 1], templates[i]);
            bits.Write(next.Spatial > last.Spatial ? 2U : next.Temporal > last.Temporal ? 1U : 0, 2);
        }

        bits.Write(3, 2);
        Array.ForEach(templates, template => WriteIndications(bits, template.Indications));
        foreach (var template in templates)
        {
            Array.ForEach(template.References, reference => bits.Flag(true).Write((uint)reference - 1, 4));
            bits.Flag(false);
        }

        bits.NonSymmetric((uint)ChainCount, (uint)targetCount + 1);
        if (ChainCount > 0)
        {
            Array.ForEach(chainOfTarget, chain => bits.NonSymmetric((uint)chain, (uint)ChainCount));
            foreach (var template in templates)
            {
                Array.ForEach(template.Chains, chain => bits.Write((uint)chain, 4));
            }
        }

        bits.Flag(Resolutions.Length > 0);
        foreach (var (width, height) in Resolutions)
        {
            bits.Write((uint)width - 1, 16).Write((uint)height - 1, 16);
        }
    }

    /// <summary>One spatial and three temporal layers, the structure of §A.6.1 with the targets from low to high.</summary>
    public static DescriptorStructure L1T3(int idOffset = 0) => new(
        3, [0, 0, 0],
        new Template(0, 0, "SSS", [], [0]),
        new Template(0, 0, "SSS", [4], [4]),
        new Template(0, 1, "-DS", [2], [2]),
        new Template(0, 2, "--D", [1], [1]),
        new Template(0, 2, "--D", [1], [3]))
    {
        IdOffset = idOffset,
    };

    /// <summary>Full SVC of two spatial layers: the upper one refers to the lower one in each picture.</summary>
    public static DescriptorStructure L2T1() => new(
        2, [0, 1],
        new Template(0, 0, "SR", [2], [2, 1]),
        new Template(0, 0, "SS", [], [0, 0]),
        new Template(1, 0, "-S", [2, 1], [1, 1]),
        new Template(1, 0, "-S", [1], [1, 1]));

    /// <summary>
    /// What libwebrtc's encoders send for L3T3_KEY: spatial layers refer to one another in key pictures only; four pictures to a group
    /// (temporal layers 0 2 1 2), three frames to a picture.
    /// </summary>
    public static DescriptorStructure L3T3Key() => new(
        9, [0, 0, 0, 1, 1, 1, 2, 2, 2],
        new Template(0, 0, "SSSSSSSSS", [], [0, 0, 0]),
        new Template(0, 0, "SSS------", [12], [12, 11, 10]),
        new Template(0, 1, "-DS------", [6], [6, 5, 4]),
        new Template(0, 2, "--D------", [3], [3, 2, 1]),
        new Template(0, 2, "--D------", [3], [9, 8, 7]),
        new Template(1, 0, "---SSSSSS", [1], [1, 1, 1]),
        new Template(1, 0, "---SSS---", [12], [1, 12, 11]),
        new Template(1, 1, "----DS---", [6], [7, 6, 5]),
        new Template(1, 2, "-----D---", [3], [4, 3, 2]),
        new Template(1, 2, "-----D---", [3], [10, 9, 8]),
        new Template(2, 0, "------SSS", [1], [2, 1, 1]),
        new Template(2, 0, "------SSS", [12], [2, 1, 12]),
        new Template(2, 1, "-------DS", [6], [8, 7, 6]),
        new Template(2, 2, "--------D", [3], [5, 4, 3]),
        new Template(2, 2, "--------D", [3], [11, 10, 9]))
    {
        IdOffset = 57,
        Resolutions = [(320, 180), (640, 360), (1280, 720)],
    };

    /// <summary>Full SVC of L3T3, with the templates in the places of <see cref="L3T3Key"/>: each upper frame refers to the one below it in its picture.</summary>
    public static DescriptorStructure L3T3() => new(
        9, [0, 0, 0, 1, 1, 1, 2, 2, 2],
        new Template(0, 0, "SSSSSSSSS", [], [0, 0, 0]),
        new Template(0, 0, "SSSRRRRRR", [12], [12, 11, 10]),
        new Template(0, 1, "-DS-RR-RR", [6], [6, 5, 4]),
        new Template(0, 2, "--D--R--R", [3], [3, 2, 1]),
        new Template(0, 2, "--D--R--R", [3], [9, 8, 7]),
        new Template(1, 0, "---SSSSSS", [1], [1, 1, 1]),
        new Template(1, 0, "---SSSRRR", [12, 1], [1, 1, 1]),
        new Template(1, 1, "----DS-RR", [6, 1], [7, 6, 5]),
        new Template(1, 2, "-----D--R", [3, 1], [4, 3, 2]),
        new Template(1, 2, "-----D--R", [3, 1], [10, 9, 8]),
        new Template(2, 0, "------SSS", [1], [2, 1, 1]),
        new Template(2, 0, "------SSS", [12, 1], [2, 1, 1]),
        new Template(2, 1, "-------DS", [6, 1], [8, 7, 6]),
        new Template(2, 2, "--------D", [3, 1], [5, 4, 3]),
        new Template(2, 2, "--------D", [3, 1], [11, 10, 9]))
    {
        IdOffset = 57,
        Resolutions = [(320, 180), (640, 360), (1280, 720)],
    };

    /// <summary>Independent spatial layers.</summary>
    public static DescriptorStructure S2T1() => new(
        2, [0, 1],
        new Template(0, 0, "S-", [], [0, 0]),
        new Template(0, 0, "S-", [2], [2, 1]),
        new Template(1, 0, "-S", [], [1, 0]),
        new Template(1, 0, "-S", [2], [1, 2]));
}
