using Sfu.Media.Rtp;
using Sfu.Media.Srtp;
using static Sfu.Tests.Fuzz.FuzzOutcome;
using static Sfu.Tests.Fuzz.Targets.FuzzTargets;

namespace Sfu.Tests.Fuzz.Targets;

/// <summary>What verifies and decrypts.</summary>
internal static class SecurityTargets
{
    private const int MaxStreams = 2;
    private const byte IsRtcp = 4;
    private const byte IsPlain = 8;
    private const byte HasOddHeader = 0x10;

    private static readonly byte[][] _plain =
    [
        Hex("80600001 01020304 11223344 0102030405060708"), Hex("90607FFF 01020304 11223344 BEDE0001 10AA0000 0102030405060708090A0B0C0D0E0F101112"),
        Hex("80608002 01020304 11223344 01"), Hex("80600001 01020304 55667788 0102"),
    ];

    private static readonly byte[][] _compounds =
        [Hex("81C90007 11223344 AABBCCDD 01000002 00000003 00000004 00000005 00000006"), Hex("80C80006 55667788 0102030405060708 090A0B0C 0D0E0F10 11121314")];

    private static readonly SrtpKeys[] _keys = [.. SrtpProfiles.ByPreference.Select(KeysOf)];

    /// <summary>Of each profile, what is genuine.</summary>
    private static readonly byte[][][] _genuine = [.. _keys.Select(Genuine)];

    /// <summary>
    /// A run of pieces, each behind a byte that says what it is and one that tells its length: the profile (2 bits, of the first piece), RTCP or RTP, and whether
    /// it comes as it is or is first protected, as a peer does.
    /// </summary>
    public static FuzzTarget Srtp { get; } = new(
        "srtp",
        [
            .. Enumerable.Range(0, _keys.Length).Select(static i => StreamTargets.Sequence(_genuine[i][.._plain.Length], (byte)i)),
            .. Enumerable.Range(0, _keys.Length).Select(static i => StreamTargets.Sequence(_genuine[i][_plain.Length..], (byte)(i | IsRtcp))),
            .. Enumerable.Range(0, _keys.Length).Select(static i => StreamTargets.Sequence(_plain, (byte)(i | IsPlain))),
            .. Enumerable.Range(0, _keys.Length).Select(static i => StreamTargets.Sequence(_compounds, (byte)(i | IsPlain | IsRtcp))),
        ],
        ProbeSrtp,
        Allocates: true);

    private static SrtpKeys KeysOf(SrtpProfile profile)
    {
        var key = Enumerable.Range(1, profile.KeyLength()).Select(static i => (byte)i).ToArray();
        var salt = Enumerable.Range(101, profile.SaltLength()).Select(static i => (byte)i).ToArray();
        return new SrtpKeys(profile, key, salt, key, salt);
    }

    private static byte[][] Genuine(SrtpKeys keys)
    {
        using var sender = new SrtpSender(keys);
        var room = new byte[256];
        return
        [
            .. _plain.Select(packet => room[..sender.ProtectRtp(packet, HeaderLength(packet), room)]),
            .. _compounds.Select(compound => room[..sender.ProtectRtcp(compound, room)]),
        ];
    }

    private static int HeaderLength(ReadOnlySpan<byte> packet) => RtpPacket.TryParseHeader(packet, out var header) ? header.HeaderLength : -1;

    private static void ProbeSrtp(ReadOnlySpan<byte> input, ref FuzzOutcome outcome)
    {
        if (input.IsEmpty)
        {
            return;
        }

        Span<byte> buffer = stackalloc byte[512];
        Span<byte> copy = stackalloc byte[512];
        var profile = input[0] & 3;
        using var receiver = new SrtpReceiver(_keys[profile], MaxStreams);
        using var sender = new SrtpSender(_keys[profile], MaxStreams);
        while (StreamTargets.TryTake(ref input, out var action, out var data))
        {
            var isRtcp = (action & IsRtcp) != 0;
            var headerLength = isRtcp ? 0 : (action & HasOddHeader) != 0 ? action : HeaderLength(data);
            if ((action & IsPlain) == 0)
            {
                data.CopyTo(buffer);
                var status = Unprotect(receiver, buffer[..data.Length], isRtcp, headerLength, out _);
                Require(status != SrtpStatus.Ok || Array.Exists(_genuine[profile], Same(data)), "only what is genuine passes");
                outcome.Note((int)status);
                continue;
            }

            var length = isRtcp ? sender.ProtectRtcp(data, buffer) : sender.ProtectRtp(data, headerLength, buffer);
            outcome.Note(length < 0);
            if (length < 0)
            {
                continue;
            }

            // With one bit changed it is nothing, as it is it is what it was, and a second time it is a replay.
            buffer[..length].CopyTo(copy);
            copy[(action * 7) % length] ^= (byte)(1 << (action >> 5));
            Require(Unprotect(receiver, copy[..length], isRtcp, headerLength, out _) != SrtpStatus.Ok, "a changed packet does not pass");
            buffer[..length].CopyTo(copy);
            var received = Unprotect(receiver, copy[..length], isRtcp, headerLength, out var plainLength);
            outcome.Note((int)received);
            Require(received != SrtpStatus.Malformed, "what is protected is a packet");
            if (received == SrtpStatus.Ok)
            {
                Require(copy[..plainLength].SequenceEqual(data), "a packet is what it was");
                outcome.NoteSize(plainLength);
                Require(Unprotect(receiver, buffer[..length], isRtcp, headerLength, out _) == SrtpStatus.Replayed, "a packet passes once");
            }
        }

        outcome.Note(receiver.StreamCount);
    }

    private static Predicate<byte[]> Same(ReadOnlySpan<byte> data)
    {
        var wanted = data.ToArray();
        return known => known.AsSpan().SequenceEqual(wanted);
    }

    private static SrtpStatus Unprotect(SrtpReceiver receiver, Span<byte> packet, bool isRtcp, int headerLength, out int length)
    {
        var streams = receiver.StreamCount;
        var status = isRtcp ? receiver.UnprotectRtcp(packet, out length) : receiver.UnprotectRtp(packet, headerLength, out length);
        Require(status == SrtpStatus.Ok || (length == 0 && receiver.StreamCount == streams), "what is refused leaves nothing");
        Require(length >= 0 && length <= packet.Length && receiver.StreamCount <= MaxStreams, "a session holds what it may");
        return status;
    }
}
