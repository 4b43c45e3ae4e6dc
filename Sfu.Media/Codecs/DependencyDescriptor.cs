namespace Sfu.Media.Codecs;

/// <summary>A dependency descriptor (AV1 RTP specification §A.4), with the templates of its structure filled in. Any thread.</summary>
/// <remarks>
/// <code>
/// |S|E| template id (6) | frame number (16)     |   mandatory
/// |P|A|D|F|C|                                       if longer: structure, active targets, custom indications, references, chains
/// </code>
/// </remarks>
internal struct DependencyDescriptor
{
    public const int MandatoryLength = 3;

    /// <summary>Where a structure begins when there is one, in bits.</summary>
    public const int StructurePosition = (8 * MandatoryLength) + 5;

    public bool IsFrameStart;

    public bool IsFrameEnd;

    public byte TemplateId;

    public ushort FrameNumber;

    /// <summary>Carries the structure itself: a coded video sequence starts.</summary>
    public bool HasStructure;

    /// <summary>Carries <see cref="ActiveTargets"/>.</summary>
    public bool HasActiveTargets;

    /// <summary>One bit per target of the structure; all of them unless it is carried.</summary>
    public uint ActiveTargets;

    public byte SpatialLayer;

    public byte TemporalLayer;

    /// <summary><see cref="DecodeTargetIndication"/>s, two bits per target of the structure.</summary>
    public ulong Indications;

    public byte ReferenceCount;

    public FrameDistances References;

    /// <summary>As many as the structure has chains.</summary>
    public ChainDistances Chains;

    /// <summary>The flags and the mandatory fields, which need no structure.</summary>
    public static bool TryParseMandatory(ReadOnlySpan<byte> data, out DependencyDescriptor view)
    {
        view = default;
        if (data.Length < MandatoryLength)
        {
            return false;
        }

        view.IsFrameStart = (data[0] & 0x80) != 0;
        view.IsFrameEnd = (data[0] & 0x40) != 0;
        view.TemplateId = (byte)(data[0] & 0x3F);
        view.FrameNumber = (ushort)((data[1] << 8) | data[2]);
        if (data.Length > MandatoryLength)
        {
            view.HasStructure = (data[MandatoryLength] & 0x80) != 0;
            view.HasActiveTargets = (data[MandatoryLength] & 0x40) != 0;
        }

        return true;
    }

    /// <summary>Reads the rest.</summary>
    /// <param name="data">Data of the header extension.</param>
    /// <param name="structure">The one that the descriptor carries, or the one that its template identifier belongs to.</param>
    /// <param name="structureEnd">Where the structure that it carries ends, in bits; 0 when it carries none.</param>
    /// <param name="view">From <see cref="TryParseMandatory"/>; then whole.</param>
    /// <returns>False when the descriptor is not valid or names a template that the structure does not have.</returns>
    public static bool TryParse(ReadOnlySpan<byte> data, DependencyStructure structure, int structureEnd, ref DependencyDescriptor view)
    {
        if (!structure.TryFind(view.TemplateId, out var index))
        {
            return false;
        }

        ref readonly var template = ref structure[index];
        view.SpatialLayer = template.SpatialLayer;
        view.TemporalLayer = template.TemporalLayer;
        view.ActiveTargets = structure.AllTargets;
        var flags = data.Length > MandatoryLength ? data[MandatoryLength] : 0;
        var reader = new BitReader(data, structureEnd > 0 ? structureEnd : StructurePosition);
        if ((flags & 0x40) != 0)
        {
            view.ActiveTargets = reader.Read(structure.TargetCount);
        }

        view.Indications = (flags & 0x20) != 0
            ? DependencyStructure.ReadIndications(ref reader, structure.TargetCount)
            : template.Indications;
        if ((flags & 0x10) != 0)
        {
            if (!TryReadReferences(ref reader, ref view))
            {
                return false;
            }
        }
        else
        {
            view.ReferenceCount = template.ReferenceCount;
            view.References = template.References;
        }

        for (var chain = 0; chain < structure.ChainCount; chain++)
        {
            view.Chains[chain] = (flags & 0x08) != 0 ? (byte)reader.Read(8) : (byte)structure.GetChainDistance(index, chain);
        }

        return data.Length == MandatoryLength || !reader.Failed;
    }

    private static bool TryReadReferences(ref BitReader reader, ref DependencyDescriptor view)
    {
        for (var size = reader.Read(2); size > 0; size = reader.Read(2))
        {
            if (view.ReferenceCount == DependencyStructure.MaxReferences)
            {
                return false;
            }

            view.References[view.ReferenceCount++] = (ushort)(reader.Read(4 * (int)size) + 1);
        }

        return true;
    }
}
