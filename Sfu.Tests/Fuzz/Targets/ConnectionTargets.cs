using Sfu.Media.Dtls;
using Sfu.Media.Stun;
using Sfu.Media.Wire;
using static Sfu.Tests.Fuzz.FuzzOutcome;
using static Sfu.Tests.Fuzz.Targets.FuzzTargets;

namespace Sfu.Tests.Fuzz.Targets;

/// <summary>What comes before media: STUN, frames on a byte stream, DTLS records.</summary>
internal static class ConnectionTargets
{
    private static readonly byte[] _key = "VOkJxbRl1RmTxUk/WvJxBt"u8.ToArray();

    // The sample messages of RFC 5769 §2, and an error with the types that were not known.
    private static readonly byte[][] _messages =
    [
        Hex("000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b151263b36"
            + "000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf"),
        Hex("0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643"
            + "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96"),
        Hex("010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
            + "00080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c"),
        Hex("011100142112a442b7e7a701bc34d686fa87dfae000900040000 0414 000a0004 0026 0027 00300004 00000001"),
    ];

    public static FuzzTarget Stun { get; } = new("stun", _messages, ProbeStun);

    /// <summary>The first byte tells where the stream is cut.</summary>
    public static FuzzTarget Frames { get; } = new(
        "frames",
        [Hex("05 0003 010203 0000 0001 FF"), Hex("03 0004 16FEFD00 0002 8060"), [7, .. Enumerable.Repeat<byte>(0, 40)], Hex("01 07FF")],
        ProbeFrames,
        Allocates: true);

    public static FuzzTarget DtlsRecords { get; } = new(
        "dtls-records",
        [Hex("16FEFD 0000 000000000001 0004 01000000 14FEFD 0000 000000000002 0001 01"), Hex("15FEFD 0001 000000000003 0000")],
        ProbeRecords);

    private static void ProbeStun(ReadOnlySpan<byte> input, ref FuzzOutcome outcome)
    {
        outcome.Note(StunMessage.IsStun(input));
        if (StunMessage.TryGetLocalUfrag(input, out var ufrag))
        {
            outcome.NoteSize(ufrag.Length);
        }

        if (!StunMessage.TryParse(input, out var message))
        {
            return;
        }

        outcome.Note((int)message.Class);
        outcome.NoteSize(message.Username.Length);
        outcome.Note(message.HasPriority);
        outcome.Note(message.HasNomination);
        outcome.Note(message.HasUseCandidate);
        outcome.Note(message.HasIceControlled);
        outcome.Note(message.HasIceControlling);
        outcome.Note((int)message.ErrorCode);
        outcome.NoteSize(message.UnknownAttributes.Length);
        var unknown = message.UnknownRequired;
        outcome.Note(unknown.Count);
        for (var i = 0; i < unknown.Count; i++)
        {
            _ = unknown[i];
        }

        outcome.Note((int)message.CheckFingerprint());
        outcome.Note(message.TryGetXorMappedAddress(out _));
        if (message.HasMessageIntegrity)
        {
            // What passes for genuine differs from a sample, if at all, behind what the code covers.
            outcome.Note(message.CheckMessageIntegrity(_key));
        }
    }

    private static void ProbeFrames(ReadOnlySpan<byte> input, ref FuzzOutcome outcome)
    {
        if (input.IsEmpty)
        {
            return;
        }

        Span<byte> stream = stackalloc byte[Mutator.MaxLength];
        var step = 1 + (input[0] & 0x3F);
        input[1..].CopyTo(stream);
        stream = stream[..(input.Length - 1)];
        var reader = new FrameReader();
        var whole = new FrameReader();
        var frames = 0;
        var bytes = 0;
        var broken = false;
        for (var rest = stream; !rest.IsEmpty && !broken;)
        {
            var piece = rest[..Math.Min(step, rest.Length)];
            rest = rest[piece.Length..];
            FrameStatus status;
            while ((status = reader.TryRead(ref piece, out var frame)) == FrameStatus.Frame)
            {
                Require(!frame.IsEmpty && frame.Length <= FrameReader.MaxFrameBytes, "a frame has its size");
                frames++;
                bytes += frame.Length;
            }

            broken = status == FrameStatus.TooLong;
            outcome.Note((int)status);
        }

        Require(reader.PendingBytes < FrameReader.LengthBytes + FrameReader.MaxFrameBytes, "what is held is less than a frame");

        // However it is cut, a stream has the same frames.
        while (whole.TryRead(ref stream, out var frame) == FrameStatus.Frame)
        {
            frames--;
            bytes -= frame.Length;
        }

        Require(frames == 0 && bytes == 0, "a stream has the same frames however it is cut");
    }

    private static void ProbeRecords(ReadOnlySpan<byte> input, ref FuzzOutcome outcome)
    {
        var rest = input;
        while (DtlsRecord.TryTake(ref rest, out var record))
        {
            outcome.Note(record.Type);
            outcome.NoteSize(record.Epoch);
            outcome.NoteSize(record.Fragment.Length);
        }

        outcome.NoteSize(rest.Length);
    }
}
