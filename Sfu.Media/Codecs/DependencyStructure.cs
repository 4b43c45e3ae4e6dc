using Sfu.Media.Ortc;

namespace Sfu.Media.Codecs;

/// <summary>
/// A template dependency structure (AV1 RTP specification §A.4): what the frames of a coded video sequence that look alike have in common.
/// Immutable; any thread.
/// </summary>
internal sealed class DependencyStructure
{
    public const int MaxTemplates = 64;
    public const int MaxTargets = 32;
    public const int MaxReferences = 8;

    private readonly Template[] _templates;
    private readonly byte[] _chainDistances;
    private readonly byte[] _chainOfTarget;
    private readonly byte[] _bitOfTarget;
    private readonly (int Width, int Height)[] _resolutions;

    private DependencyStructure(
        int templateIdOffset, Template[] templates, int targetCount, int chainCount, byte[] chainOfTarget, byte[] chainDistances,
        (int Width, int Height)[] resolutions, LayerTargets layers)
    {
        TemplateIdOffset = templateIdOffset;
        TargetCount = targetCount;
        ChainCount = chainCount;
        _templates = templates;
        _chainOfTarget = chainOfTarget;
        _chainDistances = chainDistances;
        _resolutions = resolutions;
        _bitOfTarget = BitsOfTargets(templates, targetCount, layers);
    }

    /// <summary>The identifier of the first template.</summary>
    public int TemplateIdOffset { get; }

    public int TemplateCount => _templates.Length;

    /// <summary>1 … 32.</summary>
    public int TargetCount { get; }

    /// <summary>0 … <see cref="TargetCount"/>.</summary>
    public int ChainCount { get; }

    /// <summary>One bit per target.</summary>
    public uint AllTargets => uint.MaxValue >> (MaxTargets - TargetCount);

    /// <summary>Whether frames name their resolutions.</summary>
    public bool HasResolutions => _resolutions.Length > 0;

    /// <summary>Which template an identifier means.</summary>
    /// <returns>False when it is not one of this structure's: the structure has changed.</returns>
    public bool TryFind(int templateId, out int index)
    {
        index = (templateId + MaxTemplates - TemplateIdOffset) % MaxTemplates;
        return index < _templates.Length;
    }

    /// <param name="index">0 … <see cref="TemplateCount"/> − 1.</param>
    public ref readonly Template this[int index] => ref _templates[index];

    /// <summary>How far back the previous frame of a chain lies for the frames of a template; 0 when the chain starts with them.</summary>
    public int GetChainDistance(int template, int chain) => _chainDistances[(template * ChainCount) + chain];

    /// <summary>The chain that protects a target; meaningless without chains.</summary>
    public int GetChainOfTarget(int target) => _chainOfTarget[target];

    /// <summary>Greatest resolution of a spatial layer's frames; only with <see cref="HasResolutions"/>.</summary>
    public (int Width, int Height) GetResolution(int spatialLayer) => _resolutions[spatialLayer];

    /// <summary>
    /// The bit of <see cref="FrameLayers"/> that a decode target has: that of the highest layers among the templates that belong to it.
    /// </summary>
    public int GetBit(int target) => _bitOfTarget[target];

    /// <summary>Reads a structure.</summary>
    /// <param name="reader">At its first bit; then behind its last.</param>
    /// <param name="layers">The layers that were negotiated.</param>
    /// <returns>Null when it is not a valid one.</returns>
    public static DependencyStructure? TryParse(ref BitReader reader, LayerTargets layers)
    {
        var offset = (int)reader.Read(6);
        var targetCount = (int)reader.Read(5) + 1;
        Span<Template> templates = stackalloc Template[MaxTemplates];
        if (!TryReadLayers(ref reader, templates, out var count, out var maxSpatial))
        {
            return null;
        }

        templates = templates[..count];
        foreach (ref var template in templates)
        {
            template.Indications = ReadIndications(ref reader, targetCount);
        }

        foreach (ref var template in templates)
        {
            while (reader.ReadFlag())
            {
                if (template.ReferenceCount == MaxReferences)
                {
                    return null;
                }

                template.References[template.ReferenceCount++] = (ushort)(reader.Read(4) + 1);
            }
        }

        var chainCount = (int)reader.ReadNonSymmetric((uint)targetCount + 1);
        if (reader.Failed || chainCount > targetCount)
        {
            return null;
        }

        var chainOfTarget = new byte[targetCount];
        var distances = new byte[count * chainCount];
        if (chainCount > 0)
        {
            foreach (ref var chain in chainOfTarget.AsSpan())
            {
                chain = (byte)reader.ReadNonSymmetric((uint)chainCount);
            }

            foreach (ref var distance in distances.AsSpan())
            {
                distance = (byte)reader.Read(4);
            }
        }

        (int, int)[] resolutions = reader.ReadFlag() ? new (int, int)[maxSpatial + 1] : [];
        foreach (ref var resolution in resolutions.AsSpan())
        {
            resolution = ((int)reader.Read(16) + 1, (int)reader.Read(16) + 1);
        }

        return reader.Failed
            ? null
            : new DependencyStructure(offset, templates.ToArray(), targetCount, chainCount, chainOfTarget, distances, resolutions, layers);
    }

    /// <summary>Two bits for each target, the first one's in the lowest.</summary>
    public static ulong ReadIndications(ref BitReader reader, int targetCount)
    {
        var indications = 0UL;
        for (var target = 0; target < targetCount; target++)
        {
            indications |= (ulong)reader.Read(2) << (2 * target);
        }

        return indications;
    }

    private static bool TryReadLayers(ref BitReader reader, scoped Span<Template> templates, out int count, out int maxSpatial)
    {
        count = 0;
        int spatial = 0, temporal = 0;
        uint next;
        do
        {
            maxSpatial = spatial;
            if (count == MaxTemplates || spatial >= FrameLayers.MaxSpatialLayers || temporal > 7)
            {
                return false;
            }

            templates[count++] = new Template { SpatialLayer = (byte)spatial, TemporalLayer = (byte)temporal };
            next = reader.Read(2);
            temporal = next switch { 1 => temporal + 1, 2 => 0, _ => temporal };
            spatial += next == 2 ? 1 : 0;
        }
        while (next != 3 && !reader.Failed);

        return !reader.Failed;
    }

    private static byte[] BitsOfTargets(Template[] templates, int targetCount, LayerTargets layers)
    {
        var bits = new byte[targetCount];
        for (var target = 0; target < targetCount; target++)
        {
            int spatial = 0, temporal = 0;
            foreach (ref readonly var template in templates.AsSpan())
            {
                if (((template.Indications >> (2 * target)) & 3) != DecodeTargetIndication.NotPresent)
                {
                    spatial = Math.Max(spatial, template.SpatialLayer);
                    temporal = Math.Max(temporal, template.TemporalLayer);
                }
            }

            bits[target] = (byte)System.Numerics.BitOperations.TrailingZeroCount((uint)layers.One(spatial, temporal));
        }

        return bits;
    }

    /// <summary>What the frames of one kind have in common.</summary>
    internal struct Template
    {
        public byte SpatialLayer;

        public byte TemporalLayer;

        public byte ReferenceCount;

        /// <summary><see cref="DecodeTargetIndication"/>s, two bits each.</summary>
        public ulong Indications;

        /// <summary>How many frames back the frames lie that these refer to.</summary>
        public FrameDistances References;
    }
}
