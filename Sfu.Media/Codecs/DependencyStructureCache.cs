using Sfu.Media.Ortc;
using Sfu.Media.Wire;

namespace Sfu.Media.Codecs;

/// <summary>
/// The template dependency structures of one stream: the newest, and the one before it for packets that come late across a change. One
/// instance per SSRC. Media thread only.
/// </summary>
/// <remarks>
/// Each key frame repeats its structure. One that is equal to the last bit to the newest is recognized without being parsed, so that only
/// a change allocates.
/// </remarks>
internal sealed class DependencyStructureCache(ScalabilityMode mode)
{
    // Sequence numbers have no order beyond half their space; well before that nothing old is under way any more.
    private const int MaxAge = 0x4000;

    private readonly LayerTargets _layers = new(mode);

    private DependencyStructure? _newest;
    private DependencyStructure? _previous;
    private byte[] _bits = [];
    private int _bitCount;
    private ushort _since;
    private ushort _highest;
    private uint _active;

    /// <summary>
    /// The decode targets that the sender produces at present, in the bits of <see cref="FrameLayers"/>; 0 before the first structure.
    /// </summary>
    public ushort ActiveTargets { get; private set; }

    /// <summary>Reads the descriptor of one packet.</summary>
    /// <param name="sequence">The packet's sequence number.</param>
    /// <param name="data">Data of the header extension.</param>
    /// <param name="view">At least its mandatory fields, when the data has them.</param>
    /// <param name="structure">What its targets are; null when that is not known, or the data is not valid.</param>
    public void Read(ushort sequence, ReadOnlySpan<byte> data, out DependencyDescriptor view, out DependencyStructure? structure)
    {
        structure = null;
        if (!DependencyDescriptor.TryParseMandatory(data, out view))
        {
            return;
        }

        var isNewest = _newest is null || Serial.IsNewer(sequence, _highest);
        if (isNewest)
        {
            _highest = sequence;
            if (Serial.Distance(sequence, _since) > MaxAge)
            {
                _since = (ushort)(sequence - MaxAge);
                _previous = null;
            }
        }

        var end = 0;
        var found = view.HasStructure ? Carried(sequence, data, isNewest, out end) : Known(sequence, view.TemplateId);
        if (found is null || !DependencyDescriptor.TryParse(data, found, end, ref view))
        {
            return;
        }

        if (isNewest && found == _newest && (view.HasStructure || view.HasActiveTargets))
        {
            SetActive(found, view.ActiveTargets);
        }
        else if (found == _newest)
        {
            view.ActiveTargets = _active;
        }

        structure = found;
    }

    /// <summary>The stream starts anew.</summary>
    public void Reset()
    {
        _newest = null;
        _previous = null;
        _bitCount = 0;
        ActiveTargets = 0;
    }

    private DependencyStructure? Carried(ushort sequence, ReadOnlySpan<byte> data, bool isNewest, out int end)
    {
        if (IsRepeated(data))
        {
            end = DependencyDescriptor.StructurePosition + _bitCount;
            if (isNewest)
            {
                _since = sequence;
            }

            return _newest;
        }

        var reader = new BitReader(data, DependencyDescriptor.StructurePosition);
        var structure = DependencyStructure.TryParse(ref reader, _layers);
        end = reader.Position;
        if (structure is null)
        {
            return null;
        }

        if (!isNewest)
        {
            // A late key frame: of use to what else comes late.
            _previous = structure;
            return structure;
        }

        _previous = _newest;
        _newest = structure;
        _since = sequence;
        _bitCount = reader.Position - DependencyDescriptor.StructurePosition;
        _bits = data[..((reader.Position + 7) / 8)].ToArray();

        // Whatever the rest of the descriptor is worth.
        SetActive(structure, structure.AllTargets);
        return structure;
    }

    private DependencyStructure? Known(ushort sequence, int templateId)
    {
        var isOld = _previous is not null && Serial.IsNewer(_since, sequence);
        var (first, second) = isOld ? (_previous, _newest) : (_newest, _previous);
        return first is not null && first.TryFind(templateId, out _) ? first
            : second is not null && second.TryFind(templateId, out _) ? second
            : null;
    }

    private void SetActive(DependencyStructure structure, uint active)
    {
        _active = active;
        var targets = 0;
        for (var target = 0; target < structure.TargetCount; target++)
        {
            targets |= (int)((active >> target) & 1) << structure.GetBit(target);
        }

        ActiveTargets = (ushort)targets;
    }

    /// <summary>Whether the descriptor carries the newest structure once more.</summary>
    private bool IsRepeated(ReadOnlySpan<byte> data)
    {
        var end = DependencyDescriptor.StructurePosition + _bitCount;
        if (_newest is null || 8 * data.Length < end)
        {
            return false;
        }

        // The flags share a byte with the structure's first bits, and what follows shares one with its last.
        const int First = DependencyDescriptor.StructurePosition / 8;
        const int FirstMask = 0xFF >> (DependencyDescriptor.StructurePosition % 8);
        var last = end / 8;
        var lastMask = 0xFF & ~(0xFF >> (end % 8));
        return ((data[First] ^ _bits[First]) & FirstMask) == 0
            && data[(First + 1)..last].SequenceEqual(_bits.AsSpan()[(First + 1)..last])
            && (lastMask == 0 || ((data[last] ^ _bits[last]) & lastMask) == 0);
    }
}
