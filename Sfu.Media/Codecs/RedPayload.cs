namespace Sfu.Media.Codecs;

/// <summary>A view of a payload with redundancy (RFC 2198 §3), its block headers validated as a whole. Any thread.</summary>
/// <remarks>
/// <code>
/// |1|  block PT   | timestamp offset (14) | block length (10) |   each redundant block
/// |0|  block PT   |                                             the primary one, as long as the packet lasts
/// </code>
/// </remarks>
public readonly ref struct RedPayload
{
    internal const int HeaderLength = 4;

    private readonly ReadOnlySpan<byte> _payload;
    private readonly int _primaryOffset;

    private RedPayload(ReadOnlySpan<byte> payload, int redundantCount, int primaryOffset)
    {
        _payload = payload;
        RedundantCount = redundantCount;
        _primaryOffset = primaryOffset;
    }

    /// <summary>Blocks before the primary one.</summary>
    public int RedundantCount { get; }

    public byte PrimaryPayloadType => (byte)(_payload[HeaderLength * RedundantCount] & 0x7F);

    /// <summary>What the packet would carry without redundancy.</summary>
    public ReadOnlySpan<byte> Primary => _payload[_primaryOffset..];

    /// <summary>
    /// A fresh iterator over all blocks: the redundant ones as they come, the oldest first by custom, then the primary one.
    /// </summary>
    public RedBlockReader Blocks => new(_payload, RedundantCount);

    public static bool TryParse(ReadOnlySpan<byte> payload, out RedPayload view)
    {
        view = default;
        var position = 0;
        var length = 0;
        while (position < payload.Length && (payload[position] & 0x80) != 0)
        {
            if (payload.Length - position < HeaderLength)
            {
                return false;
            }

            length += ((payload[position + 2] & 0x03) << 8) | payload[position + 3];
            position += HeaderLength;
        }

        var primary = position + 1 + length;
        if (primary > payload.Length)
        {
            return false;
        }

        view = new RedPayload(payload, position / HeaderLength, primary);
        return true;
    }
}
