using System.Buffers.Binary;
using Sfu.Media.Forwarding;
using Sfu.Media.Ortc;
using Sfu.Media.Rtp;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Forwarding;

public sealed class PacketWriterSpecs
{
    private static readonly string[] s_forwarded =
        [RtpHeaderExtensionUri.AudioLevel, RtpHeaderExtensionUri.VideoOrientation, RtpHeaderExtensionUri.TimeOffset, RtpHeaderExtensionUri.PlayoutDelay];

    private readonly SeededRandom _random = new(11);

    /// <summary>The template for what browsers send gives what the general writer gives, whatever the source put in.</summary>
    [Fact]
    public void Short_way_and_long_way_write_the_same_header()
    {
        var different = 0;
        for (var round = 0; round < 200; round++)
        {
            var (source, own) = Identifiers(most: 14);
            var writer = new PacketWriter(Parameters(own, _random.Next(2) == 0 ? "mid" + round : ""), Ids(source), ssrc: 0xABCD_0123);
            for (var i = 0; i < 100; i++)
            {
                var packet = Packet(malformed: i % 10 == 0);
                if (!RtpPacket.TryParse(packet, out var view))
                {
                    continue;
                }

                var numbers = new PacketNumbers(
                    (byte)_random.Next(256), (ushort)_random.Next(65_536), (uint)_random.Next(int.MaxValue), (ushort)_random.Next(65_536), (uint)_random.Next(1 << 24));
                var one = new byte[2048];
                var other = new byte[2048];
                Array.Fill(one, (byte)0xEE);
                var length = writer.WriteHeader(view, numbers, default, one);
                var longer = writer.WriteAnyForm(view, numbers, other);
                other[1] = numbers.MarkerAndType;
                RtpPacket.SetSequenceNumber(other, numbers.Sequence);
                RtpPacket.SetTimestamp(other, numbers.Timestamp);
                RtpPacket.SetSsrc(other, 0xABCD_0123);
                different += length == longer && one.AsSpan(0, length).SequenceEqual(other.AsSpan(0, longer)) ? 0 : 1;
                Assert.True(RtpPacket.TryParseHeader(one.AsSpan(0, length), out var written) && written.HeaderLength == length);
            }
        }

        Assert.Equal(0, different);
    }

    [Fact]
    public void Identifiers_beyond_the_one_byte_form_are_written_in_the_two_byte_form()
    {
        var (source, own) = Identifiers(most: 14);
        own[RtpHeaderExtensionUri.Mid] = 30;
        var writer = new PacketWriter(Parameters(own, "m"), Ids(source), ssrc: 1);
        var room = new byte[2048];
        Assert.True(RtpPacket.TryParse(Packet(malformed: false), out var view));

        Assert.True(RtpPacket.TryParseHeader(room.AsSpan(0, writer.WriteHeader(view, default, default, room)), out var written));

        Assert.Equal(0x1000, written.ExtensionProfile);
    }

    [Fact]
    public void Room_that_is_too_small_is_refused()
    {
        var (source, own) = Identifiers(most: 14);
        var writer = new PacketWriter(Parameters(own, "m"), Ids(source), ssrc: 1);
        Assert.True(RtpPacket.TryParse(Packet(malformed: false), out var view));

        Assert.Equal(-1, writer.WriteHeader(view, default, default, new byte[20]));
    }

    private static HeaderExtensionIds Ids(Dictionary<string, int> ids) =>
        new(ids.Select(static pair => (HeaderExtensionUris.FromUri(pair.Key), pair.Value)));

    private static RtpParameters Parameters(Dictionary<string, int> ids, string mid) => new()
    {
        Mid = mid,
        HeaderExtensions = [.. ids.Select(static pair => new RtpHeaderExtensionParameters { Uri = pair.Key, Id = pair.Value })],
    };

    private (Dictionary<string, int> Source, Dictionary<string, int> Own) Identifiers(int most)
    {
        string[] all = [RtpHeaderExtensionUri.Mid, RtpHeaderExtensionUri.AbsSendTime, RtpHeaderExtensionUri.TransportWideCc01, .. s_forwarded];
        return (Assign(all, most), Assign(all, most));
    }

    private Dictionary<string, int> Assign(IEnumerable<string> uris, int most)
    {
        var free = Enumerable.Range(1, most).OrderBy(_ => _random.Next(int.MaxValue)).ToArray();
        return uris.Where(_ => _random.Next(4) > 0).Select((uri, i) => (uri, free[i])).ToDictionary(static pair => pair.uri, static pair => pair.Item2);
    }

    private byte[] Packet(bool malformed)
    {
        var packet = new List<byte> { (byte)(0x80 | _random.Next(3)), 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3 };
        packet.AddRange(new byte[4 * (packet[0] & 0x0F)]);
        var elements = new List<byte>();
        for (var i = _random.Next(7); i > 0; i--)
        {
            var length = 1 + _random.Next(malformed ? 16 : 5);
            elements.AddRange(new byte[_random.Next(3)]);
            elements.Add((byte)((_random.Next(malformed ? 16 : 14) << 4) | (length - 1)));
            elements.AddRange(Enumerable.Range(0, length).Select(_ => (byte)_random.Next(256)));
        }

        if (malformed && elements.Count > 4)
        {
            elements.RemoveRange(elements.Count - 2, 2);
        }

        if (_random.Next(8) > 0)
        {
            elements.AddRange(new byte[-elements.Count & 3]);
            packet[0] |= 0x10;
            var header = new byte[4];
            BinaryPrimitives.WriteUInt16BigEndian(header, 0xBEDE);
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(elements.Count / 4));
            packet.AddRange(header);
            packet.AddRange(elements);
        }

        packet.AddRange(new byte[20]);
        return [.. packet];
    }
}
