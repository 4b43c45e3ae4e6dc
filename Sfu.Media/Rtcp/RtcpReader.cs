using System.Buffers.Binary;

namespace Sfu.Media.Rtcp;

/// <summary>
/// Walks the packets of a compound (RFC 3550 §6.1). A compound may also start with another packet than a report (reduced size, RFC 5506).
/// The walk ends at the first packet whose version, length or padding is wrong.
/// </summary>
public ref struct RtcpReader(ReadOnlySpan<byte> compound)
{
    private ReadOnlySpan<byte> _rest = compound;

    /// <summary>True when the walk ended before the end of the bytes.</summary>
    public bool IsMalformed { get; private set; }

    public bool TryNext(out RtcpPacket packet)
    {
        packet = default;
        if (_rest.IsEmpty || IsMalformed)
        {
            return false;
        }

        if (_rest.Length < RtcpPacket.HeaderLength || _rest[0] >> 6 != 2)
        {
            return Fail();
        }

        var length = RtcpPacket.HeaderLength + (4 * BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]));
        if (length > _rest.Length)
        {
            return Fail();
        }

        var bytes = _rest[..length];
        var body = bytes[RtcpPacket.HeaderLength..];
        if ((bytes[0] & 0x20) != 0)
        {
            // RFC 3550 §6.4.1: the last octet counts the padding. It asks for a multiple of four, but transport-cc feedback has 1 … 3 in
            // practice.
            var padding = bytes[^1];
            if (padding == 0 || padding > body.Length)
            {
                return Fail();
            }

            body = body[..^padding];
        }

        _rest = _rest[length..];
        packet = new RtcpPacket(bytes, body);
        return true;
    }

    private bool Fail()
    {
        IsMalformed = true;
        return false;
    }
}
