using Sfu.Media.Codecs;
using static Sfu.Tests.Fuzz.FuzzOutcome;
using static Sfu.Tests.Fuzz.Targets.FuzzTargets;

namespace Sfu.Tests.Fuzz.Targets;

/// <summary>Payloads and payload descriptors.</summary>
internal static class CodecTargets
{
    public static readonly byte[][] Vp8Payloads =
    [
        Hex("10 50 01 00 9D 01 2A"), Hex("90 80 05 50"), Hex("90 F0 8555 07 2C 50 01"), Hex("B0 F0 9234 07 6C 51"), Hex("80 E0 8001 07 80 51"),
    ];

    public static readonly byte[][] Vp9Payloads =
    [
        Hex("BE 8001 10 50 0140 00B4 0280 0168 0500 02D0 82"), Hex("FD 8002 50 02 82"), Hex("F8 8105 30 03 05 FE 82"), Hex("AC 8001 10 01 82"),
        Hex("AA 05 00 07 58 0140 00B4 0280 0168 0500 02D0 02 04 01 58 0101 82"),
    ];

    public static readonly byte[][] H264Payloads =
    [
        Hex("65 88"), Hex("78 0002 6742 0002 68CE 0002 6588"), Hex("7C 85 88"), Hex("41 9A"),
    ];

    public static readonly byte[][] Av1Payloads =
    [
        Hex("18 0A0B00"), Hex("28 03 0A0B00 320102"), Hex("08 03 0A0B00 02 3201"), Hex("10 36 28 00"), Hex("90 FF"), Hex("08 8100 0A"),
    ];

    public static FuzzTarget Vp8 { get; } = new("vp8", Vp8Payloads, ProbeVp8);

    public static FuzzTarget Vp9 { get; } = new("vp9", Vp9Payloads, ProbeVp9);

    public static FuzzTarget H264 { get; } = new(
        "h264", H264Payloads, static (input, ref outcome) => outcome.Note(H264Payload.IsKeyFrameStart(input)));

    public static FuzzTarget Av1 { get; } = new("av1", Av1Payloads, ProbeAv1);

    public static FuzzTarget Red { get; } = new("red", [Hex("EF0F0003 EFFFFC00 6F AABBCC 01020304"), Hex("6F 0102")], ProbeRed);

    public static FuzzTarget Opus { get; } = new(
        "opus", [Hex("78"), Hex("79 FF FE"), Hex("7A 01 FF"), Hex("7B 83 01 00 FF"), Hex("7B C5 FF 01 0001 010101")],
        static (input, ref outcome) => outcome.Note(OpusPayload.IsDtx(input)));

    private static void ProbeVp8(ReadOnlySpan<byte> input, ref FuzzOutcome outcome)
    {
        if (!Vp8PayloadDescriptor.TryParse(input, out var view))
        {
            return;
        }

        Require(view.Length >= 1 && view.Length < input.Length, "a payload follows the descriptor");
        Require(view.PictureIdOffset < view.Length && view.Tl0PictureIndexOffset < view.Length, "the numbers are in the descriptor");
        outcome.Note(view.Length);
        outcome.Note(view.IsKeyFrameStart);
        outcome.Note(view.HasLongPictureId);
        outcome.Note(view.TemporalLayer);
        outcome.Note(view.IsLayerSync);
    }

    private static void ProbeVp9(ReadOnlySpan<byte> input, ref FuzzOutcome outcome)
    {
        if (!Vp9PayloadDescriptor.TryParse(input, out var view))
        {
            return;
        }

        Require(view.Length == -1 || (view.Length >= 1 && view.Length < input.Length), "a payload follows the descriptor");
        Require(view.ReferenceCount is >= 0 and <= Vp9PayloadDescriptor.MaxReferences, "three references at most");
        for (var i = 0; i < view.ReferenceCount; i++)
        {
            Require(view.GetReference(i) is >= 0 and <= 127, "a reference has seven bits");
        }

        outcome.NoteSize(view.Length);
        outcome.Note(view.ReferenceCount);
        outcome.Note(view.SpatialLayer);
        outcome.Note(view.TemporalLayer);
        outcome.Note(view.IsKeyFrameStart);
        outcome.Note(view.Structure.SpatialLayers);
        outcome.NoteSize(view.Structure.PicturesInGroup);
    }

    private static void ProbeAv1(ReadOnlySpan<byte> input, ref FuzzOutcome outcome)
    {
        outcome.Note(Av1Payload.IsKeyFrameStart(input));
        outcome.Note(Av1Payload.TryReadLayers(input, out var temporal, out var spatial));
        Require(temporal is >= 0 and <= 7 && spatial is >= 0 and <= 3, "layers are in their range");
        outcome.Note(temporal);
        outcome.Note(spatial);
    }

    private static void ProbeRed(ReadOnlySpan<byte> input, ref FuzzOutcome outcome)
    {
        if (!RedPayload.TryParse(input, out var view))
        {
            return;
        }

        var length = 0;
        var count = 0;
        var blocks = view.Blocks;
        while (blocks.TryNext(out var block))
        {
            length += block.Data.Length;
            count++;
            outcome.NoteSize(block.Data.Length);
        }

        Require(count == view.RedundantCount + 1, "one block is primary");
        Require(input.Length == (4 * view.RedundantCount) + 1 + length, "the blocks are the whole");
    }
}
