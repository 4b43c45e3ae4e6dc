using System.Buffers.Binary;
using Sfu.Media.Codecs;
using Sfu.Media.Ortc;
using Sfu.Media.Rtp;
using static Sfu.Tests.Fuzz.FuzzOutcome;

namespace Sfu.Tests.Fuzz.Targets;

/// <summary>
/// What keeps a state from packet to packet. An input is a run of pieces, each behind a byte that says what to do and one that tells its
/// length.
/// </summary>
internal static class StreamTargets
{
    private static readonly byte[][] _descriptors = KnownStructures.All[2];

    public static FuzzTarget Descriptors { get; } = new(
        "dependency-descriptor", [.. Structures(0), .. _descriptors.Select(data => Piece(0, data))], ProbeDescriptors, Allocates: true);

    public static FuzzTarget Inspection { get; } = new(
        "frame-inspector",
        [
            Sequence(CodecTargets.Vp8Payloads, 1), Sequence(CodecTargets.Vp9Payloads, 2), Sequence(CodecTargets.H264Payloads, 3),
            Sequence(CodecTargets.Av1Payloads, 4), .. Structures(0x14), .. Structures(0x12),
        ],
        ProbeInspector,
        Allocates: true);

    public static FuzzTarget Numbers { get; } = new(
        "picture-numbers",
        [
            Sequence(CodecTargets.Vp8Payloads), Sequence(CodecTargets.Vp9Payloads, 0x40),
            .. CodecTargets.Vp8Payloads.Select(data => Piece(1, data)),
        ],
        ProbeNumbers,
        Allocates: true);

    internal static byte[] Piece(byte action, byte[] data) => [action, (byte)data.Length, .. data];

    internal static byte[] Sequence(byte[][] pieces, byte action = 0) => [.. pieces.SelectMany(data => Piece(action, data))];

    /// <summary>Each structure that the tests know, with a frame of each template behind it.</summary>
    internal static IEnumerable<byte[]> Structures(byte action) => KnownStructures.All.Select(known => Sequence(known, action));

    internal static bool TryTake(ref ReadOnlySpan<byte> input, out byte action, out ReadOnlySpan<byte> piece)
    {
        action = 0;
        piece = default;
        if (input.Length < 2)
        {
            return false;
        }

        action = input[0];
        var length = Math.Min(input[1], input.Length - 2);
        piece = input.Slice(2, length);
        input = input[(2 + length)..];
        return true;
    }

    private static void ProbeDescriptors(ReadOnlySpan<byte> input, ref FuzzOutcome outcome)
    {
        var cache = new DependencyStructureCache(new ScalabilityMode(3, 3, true));
        ushort sequence = 1;
        while (TryTake(ref input, out var action, out var data))
        {
            sequence += (ushort)(1 + (sbyte)action);
            cache.Read(sequence, data, out var view, out var structure);
            outcome.Note(structure is not null);
            if (structure is null)
            {
                continue;
            }

            Require((view.ActiveTargets & ~structure.AllTargets) == 0, "active targets are targets");
            var beyond = structure.TargetCount == DependencyStructure.MaxTargets ? 0 : view.Indications >> (2 * structure.TargetCount);
            Require(beyond == 0, "indications are of targets");
            Require(view.SpatialLayer < FrameLayers.MaxSpatialLayers, "spatial layers are in their range");
            Require(view.ReferenceCount <= DependencyStructure.MaxReferences, "references are in their range");
            outcome.Note(view.SpatialLayer);
            outcome.Note(view.ReferenceCount);
            outcome.Note(structure.TargetCount);
            outcome.Note(structure.ChainCount);
            outcome.NoteSize(structure.TemplateCount);
            outcome.Note(structure.HasResolutions);
            for (var target = 0; target < structure.TargetCount; target++)
            {
                Require(structure.GetBit(target) < 16, "a target has its bit");
                Require(structure.GetChainOfTarget(target) < Math.Max(structure.ChainCount, 1), "a target's chain is one");
            }
        }
    }

    private static void ProbeInspector(ReadOnlySpan<byte> input, ref FuzzOutcome outcome)
    {
        Span<byte> packet = stackalloc byte[12 + 256];
        FrameInspector? inspector = null;
        ushort sequence = 1;
        while (TryTake(ref input, out var action, out var data))
        {
            inspector ??= new FrameInspector(
                CodecKind.Vp8 + ((action & 7) + 3) % 4,
                new ScalabilityMode(1 + (action >> 6), 3, (action & 0x20) != 0, (action & 0x40) != 0));
            var isDescriptor = (action & 0x10) != 0;
            packet.Clear();
            packet[0] = 0x80;
            packet[1] = (byte)(action & 0x80);
            sequence += (ushort)(action >> 5 == 3 ? -3 : 1);
            BinaryPrimitives.WriteUInt16BigEndian(packet[2..], sequence);
            data.CopyTo(packet[12..]);
            Require(RtpPacket.TryParse(packet[..(12 + data.Length)], out var view), "the packet is one");
            var layers = inspector.Inspect(view, isDescriptor ? data : default);
            Require(layers.SpatialLayer < FrameLayers.MaxSpatialLayers, "spatial layers are in their range");
            Require(layers.TemporalLayer < FrameLayers.MaxTemporalLayers, "temporal layers are in their range");
            Require(layers.IsFrameStart || layers.Switches == 0, "one switches at a beginning only");
            Require((layers.Switches & ~layers.Targets) == 0 || (layers.Flags & FrameFlags.KeyFrame) == 0, "a key frame's switches are its targets");
            outcome.Note(layers.Targets);
            outcome.Note(layers.Switches);
            outcome.Note((int)layers.Flags);
        }
    }

    private static void ProbeNumbers(ReadOnlySpan<byte> input, ref FuzzOutcome outcome)
    {
        Span<byte> copy = stackalloc byte[256];
        PictureNumbers? numbers = null;
        var codec = CodecKind.Vp8;
        while (TryTake(ref input, out var action, out var data))
        {
            codec = numbers is null && (action & 0x40) != 0 ? CodecKind.Vp9 : codec;
            numbers ??= new PictureNumbers(codec);
            if ((action & 2) != 0)
            {
                numbers.Sync();
            }

            if ((action & 1) != 0)
            {
                numbers.Drop(data);
                continue;
            }

            var isKey = (action & 0x20) != 0;
            var forwarded = numbers.TryForward(data, isKey, out var shift);
            outcome.Note(forwarded);
            outcome.Note(shift.IsNone);
            if (!forwarded)
            {
                continue;
            }

            data.CopyTo(copy);
            PictureNumbers.Apply(codec, copy[..data.Length], shift);
            Require(numbers.TryForward(data, isKey, out var again) && again == shift, "a packet of the same picture has the same numbers");
            CheckCopy(codec, data, copy[..data.Length], ref outcome);
        }
    }

    /// <summary>Only the numbers differ, and the descriptor stays as long as it was.</summary>
    private static void CheckCopy(CodecKind codec, ReadOnlySpan<byte> data, ReadOnlySpan<byte> copy, ref FuzzOutcome outcome)
    {
        if (codec == CodecKind.Vp8 && Vp8PayloadDescriptor.TryParse(data, out var before))
        {
            Require(Vp8PayloadDescriptor.TryParse(copy, out var after), "a copy is a payload");
            Require(before.Length == after.Length && data[before.Length..].SequenceEqual(copy[after.Length..]), "the payload stays");
            Require(before.TemporalLayer == after.TemporalLayer && before.HasLongPictureId == after.HasLongPictureId, "only numbers change");
            outcome.Note(before.Length);
        }
        else if (codec == CodecKind.Vp9 && Vp9PayloadDescriptor.TryParse(data, out var first))
        {
            Require(Vp9PayloadDescriptor.TryParse(copy, out var second), "a copy is a payload");
            Require(first.Length == second.Length && first.Structure == second.Structure, "the payload stays");
            Require(first.TemporalLayer == second.TemporalLayer && first.SpatialLayer == second.SpatialLayer, "only numbers change");
            outcome.NoteSize(first.Length);
        }
    }
}
