using Sfu.Media.Codecs;
using Sfu.Media.Ortc;
using Sfu.Media.Rtp;
using Sfu.Tests.Unit.Rtp;

namespace Sfu.Tests.Unit.Codecs;

/// <summary>Feeds a <see cref="FrameInspector"/> with packets of one stream.</summary>
internal sealed class InspectedStream(CodecKind codec, string? mode)
{
    public FrameInspector Inspector { get; } = new(codec, ScalabilityMode.Parse(mode));

    public ushort Sequence { get; set; } = 100;

    public uint Timestamp { get; set; } = 90_000;

    /// <summary>The next packet in sequence.</summary>
    public FrameLayers Next(string payload = "00", bool marker = false, byte[]? descriptor = null)
    {
        var layers = At(Sequence++, payload, marker, descriptor);
        Timestamp += marker ? 3000U : 0;
        return layers;
    }

    public FrameLayers At(ushort sequence, string payload, bool marker, byte[]? descriptor = null)
    {
        var bytes = Packets.Hex(payload);
        var packet = Packets.Rtp(sequence, Timestamp, payloadLength: bytes.Length);
        bytes.CopyTo(packet.AsSpan(12));
        RtpPacket.SetMarker(packet, marker);
        Assert.True(RtpPacket.TryParse(packet, out var view));
        return Inspector.Inspect(view, descriptor);
    }

    /// <summary>Decode targets as text: <c>02 12</c> for (0, 2) and (1, 2).</summary>
    public static string Targets(ushort bits) =>
        string.Join(' ', Enumerable.Range(0, 16).Where(bit => ((bits >> bit) & 1) != 0).Select(bit => $"{bit / 4}{bit % 4}"));
}
