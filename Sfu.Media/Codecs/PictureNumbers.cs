using System.Buffers.Binary;

namespace Sfu.Media.Codecs;

/// <summary>
/// Keeps the numbers in VP8 and VP9 payload descriptors going for one consumer when its source changes or pauses: PictureID, TL0PICIDX and
/// VP8's KEYIDX continue from the last that was sent. A VP8 picture that is left out on purpose leaves no gap (a receiver waits for a
/// picture that is missing below the highest layer); VP9 pictures refer to one another by the distance of their numbers, so there gaps
/// stay. Media thread only.
/// </summary>
/// <remarks>
/// As in <see cref="Rtp.SequenceRewriter"/> the shift of a late packet is the present one less the pictures that were left out after its
/// own.
/// </remarks>
internal sealed class PictureNumbers(CodecKind codec)
{
    private const int ShortWindow = 63;

    private PictureHistory _history;
    private int _sinceSync;
    private ushort _highestIn;
    private ushort _lastPictureId;
    private ushort _pictureIdShift;
    private byte _lastTl0;
    private byte _tl0Shift;
    private byte _lastKey;
    private byte _keyShift;
    private Pending _pending = Pending.All;
    private Pending _sent;

    [Flags]
    private enum Pending : byte
    {
        None = 0,
        PictureId = 1,
        Tl0 = 2,
        Key = 4,
        All = PictureId | Tl0 | Key,
    }

    /// <summary>
    /// The next packet that is forwarded comes from another source, or follows a gap: its numbers continue from the last sent.
    /// </summary>
    public void Sync() => _pending = Pending.All;

    /// <summary>
    /// The packet's frame is left out on purpose. Each packet may be told, or the first alone; without effect once later pictures have
    /// passed.
    /// </summary>
    public void Drop(ReadOnlySpan<byte> payload)
    {
        if (codec != CodecKind.Vp8 || !TryRead(payload, out var numbers) || numbers.PictureId < 0 || (_pending & Pending.PictureId) != 0)
        {
            return;
        }

        var distance = Distance(numbers);
        if (distance <= 0)
        {
            return;
        }

        Advance(distance, numbers);
        var isBase = numbers.Tl0 >= 0 && numbers.IsBase;
        _history.DropHighest(isBase);
        _pictureIdShift--;
        _tl0Shift -= isBase && (_pending & Pending.Tl0) == 0 ? (byte)1 : (byte)0;
    }

    /// <summary>A packet is to be sent.</summary>
    /// <param name="payload">Its payload as it came.</param>
    /// <param name="startsKeyFrame">
    /// It starts a key frame. Behind the payload descriptor, where that stands, the payload may be encrypted end to end.
    /// </param>
    /// <param name="shift">What <see cref="Apply"/> takes.</param>
    /// <returns>False for a packet that must not be sent: of a picture before the sync, of one that was left out, or too late to
    /// tell.</returns>
    public bool TryForward(ReadOnlySpan<byte> payload, bool startsKeyFrame, out DescriptorShift shift)
    {
        shift = default;
        if (!TryRead(payload, out var numbers))
        {
            return true;
        }

        var back = 0;
        if (numbers.PictureId >= 0)
        {
            if ((_pending & Pending.PictureId) == 0)
            {
                var distance = Distance(numbers);
                var window = numbers.IsLong ? PictureHistory.Window - 1 : ShortWindow;
                if (distance > 0)
                {
                    Advance(distance, numbers);
                }
                else if (-distance > Math.Min(_sinceSync, window))
                {
                    if (!startsKeyFrame || -distance <= window)
                    {
                        return false;
                    }

                    // No packet comes as late as this: the sender has begun to count anew.
                    Sync();
                }
                else if (_history.IsDropped(-distance))
                {
                    return false;
                }
                else
                {
                    back = -distance;
                }
            }

            if ((_pending & Pending.PictureId) != 0)
            {
                SyncPictureId(numbers);
            }
        }

        SyncRest(numbers, startsKeyFrame);
        shift = new DescriptorShift(
            numbers.PictureId >= 0 ? _pictureIdShift + _history.DroppedAfter(back) : 0,
            numbers.Tl0 >= 0 ? _tl0Shift + _history.DroppedBaseAfter(back) : 0,
            numbers.Key >= 0 ? _keyShift : 0);
        NoteSent(numbers, shift, isHighest: back == 0);
        return true;
    }

    /// <summary>Rewrites the numbers in place.</summary>
    /// <param name="codec">What the payload is.</param>
    /// <param name="payload">As it came.</param>
    /// <param name="shift">From <see cref="TryForward"/>.</param>
    public static void Apply(CodecKind codec, Span<byte> payload, DescriptorShift shift)
    {
        if (shift.IsNone)
        {
            return;
        }

        if (codec == CodecKind.Vp8 && Vp8PayloadDescriptor.TryParse(payload, out var vp8))
        {
            ApplyPictureId(payload, vp8.PictureIdOffset, vp8.HasLongPictureId, shift);
            ApplyTl0(payload, vp8.Tl0PictureIndexOffset, shift);
            if (vp8.KeyIndex >= 0)
            {
                ref var octet = ref payload[vp8.Length - 1];
                octet = (byte)((octet & 0xE0) | ((vp8.KeyIndex + shift.KeyIndex) & 0x1F));
            }
        }
        else if (codec == CodecKind.Vp9 && Vp9PayloadDescriptor.TryParse(payload, out var vp9))
        {
            ApplyPictureId(payload, vp9.PictureIdOffset, vp9.HasLongPictureId, shift);
            ApplyTl0(payload, vp9.Tl0PictureIndexOffset, shift);
        }
    }

    private static void ApplyPictureId(Span<byte> payload, int offset, bool isLong, DescriptorShift shift)
    {
        if (offset < 0)
        {
            return;
        }

        if (isLong)
        {
            var value = BinaryPrimitives.ReadUInt16BigEndian(payload[offset..]);
            BinaryPrimitives.WriteUInt16BigEndian(payload[offset..], (ushort)(0x8000 | ((value + shift.PictureId) & 0x7FFF)));
        }
        else
        {
            payload[offset] = (byte)((payload[offset] + shift.PictureId) & 0x7F);
        }
    }

    private static void ApplyTl0(Span<byte> payload, int offset, DescriptorShift shift)
    {
        if (offset >= 0)
        {
            payload[offset] += (byte)shift.Tl0PictureIndex;
        }
    }

    private bool TryRead(ReadOnlySpan<byte> payload, out Numbers numbers)
    {
        if (codec == CodecKind.Vp8 && Vp8PayloadDescriptor.TryParse(payload, out var vp8))
        {
            numbers = new Numbers(vp8.PictureId, vp8.HasLongPictureId, vp8.Tl0PictureIndex, vp8.KeyIndex, vp8.TemporalLayer <= 0);
            return true;
        }

        if (codec == CodecKind.Vp9 && Vp9PayloadDescriptor.TryParse(payload, out var vp9))
        {
            numbers = new Numbers(vp9.PictureId, vp9.HasLongPictureId, vp9.Tl0PictureIndex, -1, vp9.TemporalLayer <= 0);
            return true;
        }

        numbers = default;
        return false;
    }

    /// <summary>In pictures from the highest to this one, in the number space of this one.</summary>
    private int Distance(in Numbers numbers) => SignExtend(numbers.PictureId - _highestIn, numbers);

    private static int SignExtend(int difference, in Numbers numbers)
    {
        var unused = numbers.IsLong ? 17 : 25;
        return difference << unused >> unused;
    }

    private void Advance(int distance, in Numbers numbers)
    {
        _history.Advance(distance);
        _highestIn = (ushort)numbers.PictureId;
        _sinceSync = Math.Min(_sinceSync + distance, PictureHistory.Window);
    }

    private void SyncPictureId(in Numbers numbers)
    {
        _pictureIdShift = (_sent & Pending.PictureId) != 0 ? (ushort)(_lastPictureId + 1 - numbers.PictureId) : (ushort)0;
        _highestIn = (ushort)numbers.PictureId;
        _history = default;
        _sinceSync = 0;
        _pending &= ~Pending.PictureId;
    }

    /// <summary>Only a picture of the lowest temporal layer counts TL0PICIDX on, and only a key frame KEYIDX.</summary>
    private void SyncRest(in Numbers numbers, bool startsKeyFrame)
    {
        if (numbers.Tl0 >= 0 && (_pending & Pending.Tl0) != 0)
        {
            _tl0Shift = (_sent & Pending.Tl0) != 0 ? (byte)(_lastTl0 + (numbers.IsBase ? 1 : 0) - numbers.Tl0) : (byte)0;
            _pending &= ~Pending.Tl0;
        }

        if (numbers.Key >= 0 && (_pending & Pending.Key) != 0)
        {
            _keyShift = (_sent & Pending.Key) != 0 ? (byte)(_lastKey + (startsKeyFrame ? 1 : 0) - numbers.Key) : (byte)0;
            _pending &= ~Pending.Key;
        }
    }

    private void NoteSent(in Numbers numbers, DescriptorShift shift, bool isHighest)
    {
        // Where the pictures after it were left out, a late one is the last that was sent.
        var pictureId = (numbers.PictureId + shift.PictureId) & (numbers.IsLong ? 0x7FFF : 0x7F);
        if (!isHighest && SignExtend(pictureId - _lastPictureId, numbers) <= 0)
        {
            return;
        }

        if (numbers.PictureId >= 0)
        {
            _lastPictureId = (ushort)pictureId;
            _sent |= Pending.PictureId;
        }

        if (numbers.Tl0 >= 0)
        {
            _lastTl0 = (byte)(numbers.Tl0 + shift.Tl0PictureIndex);
            _sent |= Pending.Tl0;
        }

        if (numbers.Key >= 0)
        {
            _lastKey = (byte)((numbers.Key + shift.KeyIndex) & 0x1F);
            _sent |= Pending.Key;
        }
    }

    private readonly record struct Numbers(int PictureId, bool IsLong, int Tl0, int Key, bool IsBase);
}
