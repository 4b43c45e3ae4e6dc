using System.Buffers.Binary;

namespace Sfu.Media.Wire;

/// <summary>
/// Takes apart a byte stream of frames with a 16-bit length in front (RFC 4571 §2), wherever the stream was cut. A frame that lies
/// whole in one piece is not copied, and only a stream that was cut within a frame costs memory, once. One stream, one thread.
/// </summary>
public sealed class FrameReader
{
    public const int LengthBytes = 2;

    /// <summary>Longest frame taken. The format allows 65,535 bytes; what a peer of ours sends fits a datagram.</summary>
    public const int MaxFrameBytes = 2048;

    private byte[]? _partial;
    private int _have;

    /// <summary>Bytes of an incomplete frame that are held.</summary>
    public int PendingBytes => _have;

    /// <summary>Takes the next frame.</summary>
    /// <param name="input">What has come; advances past what was taken. Fed until it is empty.</param>
    /// <param name="frame">Valid, and the caller's to change, until the next call. Never empty when the answer is <see cref="FrameStatus.Frame"/>.</param>
    public FrameStatus TryRead(scoped ref Span<byte> input, out Span<byte> frame)
    {
        frame = default;
        while (!input.IsEmpty)
        {
            if (_have > 0)
            {
                var status = TryComplete(ref input, out frame);
                if (status != FrameStatus.Empty)
                {
                    return status;
                }

                continue;
            }

            if (input.Length < LengthBytes)
            {
                Hold(ref input, input.Length);
                return FrameStatus.Incomplete;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(input);
            if (length > MaxFrameBytes)
            {
                return FrameStatus.TooLong;
            }

            if (input.Length < LengthBytes + length)
            {
                Hold(ref input, input.Length);
                return FrameStatus.Incomplete;
            }

            var whole = input.Slice(LengthBytes, length);
            input = input[(LengthBytes + length)..];
            if (length > 0)
            {
                frame = whole;
                return FrameStatus.Frame;
            }
        }

        return FrameStatus.Incomplete;
    }

    private FrameStatus TryComplete(scoped ref Span<byte> input, out Span<byte> frame)
    {
        frame = default;
        if (_have < LengthBytes)
        {
            Hold(ref input, Math.Min(input.Length, LengthBytes - _have));
            if (_have < LengthBytes)
            {
                return FrameStatus.Incomplete;
            }
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(_partial);
        if (length > MaxFrameBytes)
        {
            return FrameStatus.TooLong;
        }

        Hold(ref input, Math.Min(input.Length, LengthBytes + length - _have));
        if (_have < LengthBytes + length)
        {
            return FrameStatus.Incomplete;
        }

        frame = _partial.AsSpan(LengthBytes, length);
        _have = 0;
        return length > 0 ? FrameStatus.Frame : FrameStatus.Empty;
    }

    private void Hold(scoped ref Span<byte> input, int count)
    {
        _partial ??= new byte[LengthBytes + MaxFrameBytes];
        input[..count].CopyTo(_partial.AsSpan(_have));
        _have += count;
        input = input[count..];
    }
}
