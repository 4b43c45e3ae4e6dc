using System.Buffers.Binary;
using Sfu.Media.Wire;

namespace Sfu.Media.Codecs;

/// <summary>
/// Keeps the numbers in dependency descriptors (AV1 RTP specification §A.4) going for one consumer when its source changes or pauses: frame
/// numbers continue from the last that was sent, and template identifiers behind those of the last structure, so that no frame on either
/// side of the change can be taken for one of the other. Frames refer to one another by the distance of their numbers: those that are left
/// out leave their gaps. Media thread only.
/// </summary>
/// <remarks>
/// A change happens at a key frame, whose first packet carries its structure: a receiver has all it needs from there on. What comes late
/// from before the change is refused by <see cref="Rtp.SequenceRewriter"/>.
/// </remarks>
internal sealed class FrameNumbers
{
    private const int TemplateMask = DependencyStructure.MaxTemplates - 1;

    // RFC figures of §A.4.1: the structure begins with the offset (6 bits) and the count of targets (5), then two bits per template.
    private const int OffsetBits = 6;
    private const int FirstTemplate = DependencyDescriptor.StructurePosition + OffsetBits + 5;
    private const uint LastTemplate = 3;

    private ushort _lastOut;
    private ushort _shift;
    private byte _templateShift;
    private byte _nextTemplate;
    private bool _pending = true;
    private bool _hasSent;

    /// <summary>The next packet that is forwarded comes from another source, or follows a gap.</summary>
    public void Sync() => _pending = true;

    /// <summary>A packet is to be sent.</summary>
    /// <param name="descriptor">Data of its dependency descriptor; empty when it has none.</param>
    /// <returns>What <see cref="Apply"/> takes.</returns>
    public DescriptorShift Forward(ReadOnlySpan<byte> descriptor)
    {
        if (!DependencyDescriptor.TryParseMandatory(descriptor, out var view))
        {
            return default;
        }

        var templates = view.HasStructure && descriptor.Length > DependencyDescriptor.MandatoryLength + 1 ? CountTemplates(descriptor) : 0;
        var offset = templates > 0 ? ReadOffset(descriptor) : 0;
        if (_pending)
        {
            _pending = false;
            _shift = _hasSent ? (ushort)(_lastOut + 1 - view.FrameNumber) : (ushort)0;
            _templateShift = _hasSent && templates > 0 ? (byte)((_nextTemplate - offset) & TemplateMask) : _templateShift;
        }

        if (templates > 0)
        {
            _nextTemplate = (byte)((offset + _templateShift + templates) & TemplateMask);
        }

        var number = (ushort)(view.FrameNumber + _shift);
        if (!_hasSent || Serial.IsNewer(number, _lastOut))
        {
            _lastOut = number;
            _hasSent = true;
        }

        return DescriptorShift.OfFrame(_shift, _templateShift);
    }

    /// <summary>Rewrites the numbers in place.</summary>
    /// <param name="descriptor">As it came.</param>
    /// <param name="shift">From <see cref="Forward"/>.</param>
    public static void Apply(Span<byte> descriptor, DescriptorShift shift)
    {
        if (shift.IsNone || !DependencyDescriptor.TryParseMandatory(descriptor, out var view))
        {
            return;
        }

        descriptor[0] = (byte)((descriptor[0] & ~TemplateMask) | ((view.TemplateId + shift.TemplateId) & TemplateMask));
        BinaryPrimitives.WriteUInt16BigEndian(descriptor[1..], (ushort)(view.FrameNumber + shift.FrameNumber));
        if (view.HasStructure && descriptor.Length > DependencyDescriptor.MandatoryLength + 1)
        {
            WriteOffset(descriptor, (ReadOffset(descriptor) + shift.TemplateId) & TemplateMask);
        }
    }

    /// <returns>0 when the structure is not whole.</returns>
    private static int CountTemplates(ReadOnlySpan<byte> descriptor)
    {
        var reader = new BitReader(descriptor, FirstTemplate);
        for (var count = 1; count <= DependencyStructure.MaxTemplates; count++)
        {
            if (reader.Read(2) == LastTemplate)
            {
                return count;
            }
        }

        return 0;
    }

    /// <summary>Three bits of it end a byte, and three begin the next.</summary>
    private static int ReadOffset(ReadOnlySpan<byte> descriptor) => ((descriptor[3] & 0x07) << 3) | (descriptor[4] >> 5);

    private static void WriteOffset(Span<byte> descriptor, int offset)
    {
        descriptor[3] = (byte)((descriptor[3] & 0xF8) | (offset >> 3));
        descriptor[4] = (byte)((descriptor[4] & 0x1F) | (offset << 5));
    }
}
