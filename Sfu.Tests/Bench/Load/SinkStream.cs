using System.Buffers.Binary;
using Sfu.Bench.Measure;
using Sfu.Media.Rtcp;
using Sfu.Media.Srtp;

namespace Sfu.Bench.Load;

/// <summary>
/// A stream that a subscriber gets. Every packet is counted; one in <see cref="SampleEvery"/> is authenticated and decrypted, which also
/// tells which encoding it is of and by how much the SFU has shifted the sequence numbers, so that all others' age is known without
/// decrypting them. Load thread only.
/// </summary>
/// <param name="ssrc">As the SFU sends it.</param>
/// <param name="encodings">Of the publisher: one, or several of which one at a time is forwarded.</param>
internal sealed class SinkStream(uint ssrc, params IReadOnlyList<SourceStream> encodings)
{
    public const int SampleEvery = 32;

    private const int FixedHeaderBytes = 12;

    private int _untilSample;
    private ushort _shift;
    private bool _shiftKnown;
    private uint _highest;

    public uint Ssrc => ssrc;

    /// <summary>What it gets now, as of the latest sample.</summary>
    public SourceStream Source { get; private set; } = encodings[0];

    public long Received { get; private set; }

    /// <summary>Packets that were decrypted and proved authentic.</summary>
    public long Verified { get; private set; }

    /// <summary>Packets of the sample that did not.</summary>
    public long Forged { get; private set; }

    public void OnPacket(Span<byte> packet, long arrivedNs, SrtpReceiver receiver, Histogram? delays)
    {
        Received++;
        var sequence = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        var ahead = (short)(sequence - (ushort)_highest);
        if (Received == 1)
        {
            _highest = sequence;
        }
        else if (ahead > 0)
        {
            _highest += (uint)ahead;
        }

        if (--_untilSample < 0)
        {
            _untilSample = SampleEvery - 1;
            Sample(packet, sequence, receiver);
        }

        if (delays is not null && _shiftKnown)
        {
            delays.Record(arrivedNs - Source.LeftAtNs((ushort)(sequence - _shift)));
        }
    }

    /// <summary>What a receiver report says of it; loss is counted at the end, not reported.</summary>
    public ReportBlock Report() => new(ssrc, 0, 0, _highest, 0, 0, 0);

    private void Sample(Span<byte> packet, ushort sequence, SrtpReceiver receiver)
    {
        var header = FixedHeaderBytes + ((packet[0] & 15) * 4);
        if ((packet[0] & 0x10) != 0)
        {
            header += 4 + (BinaryPrimitives.ReadUInt16BigEndian(packet[(header + 2)..]) * 4);
        }

        if (receiver.UnprotectRtp(packet, header, out var length) != SrtpStatus.Ok || length < header + SourceStream.StampEnd)
        {
            Forged++;
            return;
        }

        Verified++;
        var stamp = packet[(header + SourceStream.StampOffset)..];
        _shift = (ushort)(sequence - BinaryPrimitives.ReadUInt16BigEndian(stamp[sizeof(uint)..]));
        if (BinaryPrimitives.ReadUInt32BigEndian(stamp) is var origin && origin != Source.Ssrc)
        {
            Source = encodings.First(encoding => encoding.Ssrc == origin);
        }

        _shiftKnown = true;
    }
}
