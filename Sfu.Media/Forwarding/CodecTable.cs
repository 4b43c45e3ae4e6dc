using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sfu.Media.Codecs;
using Sfu.Media.Ortc;
using Sfu.Media.Rtp;

namespace Sfu.Media.Forwarding;

/// <summary>One payload type of a producer or consumer.</summary>
/// <param name="Kind">What it carries.</param>
/// <param name="PayloadType">As on this side's wire.</param>
/// <param name="ClockRate">In Hz.</param>
/// <param name="MimeType">For statistics.</param>
/// <param name="Apt">For RTX: the payload type that it repairs (RFC 4588 §8.6); otherwise −1.</param>
/// <param name="Nack">Generic NACK is negotiated.</param>
/// <param name="Pli">PLI is negotiated.</param>
/// <param name="Fir">FIR is negotiated.</param>
internal sealed record CodecEntry(CodecKind Kind, byte PayloadType, int ClockRate, string MimeType, int Apt, bool Nack, bool Pli, bool Fir);

/// <summary>The negotiated codecs of one side by payload type. Immutable.</summary>
internal sealed class CodecTable
{
    // What is remembered of lists that nobody else has any more is memory for nothing.
    private const int RecentPlaces = 8;

    // From the lowest payload type to the highest: a media codec and its RTX stand side by side in what browsers say.
    private readonly CodecEntry?[] _byPayloadType = [];
    private readonly int _lowest;

    [ThreadStatic]
    private static (RtpCodecParameters[]? Codecs, CodecTable Table)[]? t_recent;

    private CodecTable(RtpCodecParameters[] codecs)
    {
        if (codecs.Length > 0)
        {
            _lowest = codecs.Min(static codec => codec.PayloadType & 0x7F);
            _byPayloadType = new CodecEntry?[codecs.Max(static codec => codec.PayloadType & 0x7F) - _lowest + 1];
        }

        foreach (var codec in codecs)
        {
            var entry = new CodecEntry(
                CodecKinds.FromMimeType(codec.MimeType),
                (byte)codec.PayloadType,
                codec.ClockRate,
                codec.MimeType,
                Apt(codec),
                codec.RtcpFeedback.Any(static f => f.Type == "nack" && f.Parameter is null or ""),
                codec.RtcpFeedback.Any(static f => f is { Type: "nack", Parameter: "pli" }),
                codec.RtcpFeedback.Any(static f => f is { Type: "ccm", Parameter: "fir" }));
            _byPayloadType[(codec.PayloadType & 0x7F) - _lowest] = entry;
            if (entry.Kind is not (CodecKind.Rtx or CodecKind.Red))
            {
                Media ??= entry;
            }
        }
    }

    /// <summary>The table of what was negotiated, for who has nobody to share it with.</summary>
    public CodecTable(RtpParameters parameters)
        : this(ImmutableCollectionsMarshal.AsArray(parameters.Codecs) ?? [])
    {
    }

    /// <summary>The table of what was negotiated: one for all whose list of codecs is the same object, as it is where many consume the same (<see cref="Remote.Recent{T}"/>).</summary>
    public static CodecTable Of(RtpParameters parameters)
    {
        var codecs = ImmutableCollectionsMarshal.AsArray(parameters.Codecs) ?? [];
        var recent = t_recent ??= new (RtpCodecParameters[]? Codecs, CodecTable Table)[RecentPlaces];
        ref var place = ref recent[RuntimeHelpers.GetHashCode(codecs) & (RecentPlaces - 1)];
        if (place.Codecs != codecs)
        {
            place = (codecs, new CodecTable(codecs));
        }

        return place.Table;
    }

    /// <summary>The first codec that is neither RTX nor RED.</summary>
    public CodecEntry? Media { get; }

    public CodecEntry? this[byte payloadType]
    {
        get
        {
            var entries = _byPayloadType;
            var index = (payloadType & 0x7F) - _lowest;
            return (uint)index < (uint)entries.Length ? entries[index] : null;
        }
    }

    /// <summary>The RTX payload type that repairs this one, or −1.</summary>
    public int RtxFor(byte payloadType)
    {
        foreach (var entry in _byPayloadType)
        {
            if (entry is not null && entry.Kind == CodecKind.Rtx && entry.Apt == payloadType)
            {
                return entry.PayloadType;
            }
        }

        return -1;
    }

    /// <summary>What this side gets of the payload: without redundancy (RFC 2198) where it knows none. False: it knows no such codec.</summary>
    public bool TryReadPayload(in RtpPacket packet, in ArrivedPacket arrived, out byte payloadType, out ReadOnlySpan<byte> payload)
    {
        payloadType = arrived.PayloadType;
        payload = packet.Payload;
        if (this[payloadType] is not null)
        {
            return true;
        }

        payloadType = arrived.PrimaryPayloadType;
        payload = payload[arrived.PrimaryOffset..];
        return arrived.PrimaryOffset > 0 && this[payloadType] is not null;
    }

    /// <summary>Whether what this side gets is Opus that only marks silence. Of a packet with redundancy the primary block counts.</summary>
    /// <param name="payloadType">From <see cref="TryReadPayload"/>.</param>
    /// <param name="payload">Likewise.</param>
    /// <param name="arrived">What is known about the packet.</param>
    public bool IsSilence(byte payloadType, ReadOnlySpan<byte> payload, in ArrivedPacket arrived) => this[payloadType]?.Kind switch
    {
        CodecKind.Opus => OpusPayload.IsDtx(payload),
        CodecKind.Red => arrived.PrimaryOffset > 0 && this[arrived.PrimaryPayloadType] is { Kind: CodecKind.Opus } && OpusPayload.IsDtx(payload[arrived.PrimaryOffset..]),
        _ => false,
    };

    private static int Apt(RtpCodecParameters codec) =>
        codec.Parameters.TryGetValue("apt", out var value) &&
        int.TryParse(value.ToString(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var apt)
            ? apt
            : -1;
}
