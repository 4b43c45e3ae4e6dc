using Sfu.Media.Buffers;
using Sfu.Media.Codecs;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// The numbers of one consumer's stream: sequence numbers, timestamps, and picture or frame numbers that go on without a jump over pauses and
/// over changes of the encoding. Media thread only.
/// </summary>
internal sealed class OutgoingNumbers
{
    // Given.
    private readonly MediaProducer _producer;
    private readonly int _clockRate;
    private readonly bool _pinned;

    // Owned.
    private readonly SequenceRewriter _sequence;
    private readonly TimestampRewriter _timestamp;
    private readonly PictureNumbers? _pictures;
    private readonly FrameNumbers? _frames;

    // State.
    private SourceClock? _origin;
    private uint _originTimestamp;
    private int? _epoch;
    private ushort _left;

    /// <param name="producer">Whose packets they are.</param>
    /// <param name="clockRate">Of the timestamps, in Hz.</param>
    /// <param name="firstSequence">The first packet's.</param>
    /// <param name="timestampOffset">What the timestamps are ahead of the producer's at first.</param>
    /// <param name="pictures">Null where no payload has numbers that would jump.</param>
    /// <param name="frames">Null where no dependency descriptors are sent under numbers of this consumer's own.</param>
    /// <param name="pinned">
    /// The one encoding that there is. Its timestamps keep their relation to the producer's, also over pauses: who puts several such streams
    /// together again goes by that. Null: one stream is made of all encodings.
    /// </param>
    public OutgoingNumbers(
        MediaProducer producer, int clockRate, ushort firstSequence, uint timestampOffset, PictureNumbers? pictures, FrameNumbers? frames, int? pinned = null)
    {
        _pinned = pinned is not null;
        Encoding = (byte)(pinned ?? 0);
        _producer = producer;
        _clockRate = clockRate;
        _sequence = new SequenceRewriter(firstSequence);
        _timestamp = new TimestampRewriter(clockRate, timestampOffset);
        _pictures = pictures;
        _left = _sequence.LastOutput;
        _frames = frames;
    }

    /// <summary>There is an encoding whose numbers are followed.</summary>
    public bool IsSynchronized { get; private set; }

    /// <summary>What is added to numbers is added in the payload.</summary>
    public bool ArePictures => _pictures is not null;

    /// <summary>That encoding, or the last one.</summary>
    public byte Encoding { get; private set; }

    /// <summary>The highest number that a packet left under; before the first one, that before it.</summary>
    public ushort LastLeft => _left;

    /// <summary>What comes next does not go on from what came before.</summary>
    public void Leave() => IsSynchronized = false;

    /// <summary>The packet goes on in the numbers that are followed.</summary>
    public bool Follows(in ArrivedPacket arrived) => IsSynchronized && arrived.Stream == Encoding;

    /// <summary>The client that sends the packet's encoding has begun to number anew.</summary>
    public bool HasBegunAnew(in ArrivedPacket arrived) => Follows(arrived) && arrived.Epoch != _epoch;

    /// <summary>The first packet, or the first of another encoding: the numbers go on from the last ones sent.</summary>
    public void Enter(in RtpPacket packet, in ArrivedPacket arrived, ConsumerGroup? group, MediaTime now)
    {
        var sameSource = _epoch is null || _epoch == arrived.Epoch;
        IsSynchronized = true;
        Encoding = arrived.Stream;
        _epoch = arrived.Epoch;
        _sequence.Sync(packet.SequenceNumber);
        _pictures?.Sync();
        _frames?.Sync();

        if (_pinned)
        {
            if (!sameSource)
            {
                _timestamp.Sync(packet.Timestamp, now);
            }

            return;
        }

        // The same moment of capture has the same timestamp, whichever encoding carries it.
        if (_producer.IsSimulcast && _origin is { } origin && group?.ClockOf(Encoding) is { } source)
        {
            var captured = _originTimestamp + UnitsBetween(origin.At, source.At);
            if (!_timestamp.Align(packet.Timestamp, captured - source.RtpTimestamp, now))
            {
                _origin = null;
            }
        }
        else
        {
            _timestamp.Sync(packet.Timestamp, now);
            _origin = null;
        }

        NoteOrigin(group);
    }

    /// <summary>A packet is not sent on purpose: the client shall not miss it.</summary>
    public void LeaveOut(in RtpPacket packet, in ArrivedPacket arrived)
    {
        if (Follows(arrived))
        {
            _sequence.Drop(packet.SequenceNumber);
            _pictures?.Drop(packet.Payload);
        }
    }

    /// <summary>The numbers of a packet that is to be sent. False: it comes too late to be.</summary>
    /// <param name="packet">As the producer's client numbered it.</param>
    /// <param name="payload">What is sent of its payload.</param>
    /// <param name="startsKeyFrame">It starts a key frame, as the dependency descriptor tells where there is one.</param>
    /// <param name="sequence">The outgoing one.</param>
    /// <param name="timestamp">The outgoing one.</param>
    /// <param name="shift">Of the numbers in the payload or in the dependency descriptor.</param>
    public bool TryNumber(
        in RtpPacket packet, ReadOnlySpan<byte> payload, bool startsKeyFrame, out ushort sequence, out uint timestamp, out DescriptorShift shift)
    {
        sequence = 0;
        shift = default;
        timestamp = _timestamp.Rewrite(packet.Timestamp);
        if ((_pictures is not null && !_pictures.TryForward(payload, startsKeyFrame, out shift)) || !_sequence.TryRewrite(packet.SequenceNumber, out sequence))
        {
            return false;
        }

        shift = _frames?.Forward(_producer.DescriptorOf(packet)) ?? shift;
        return true;
    }

    /// <summary>A packet is about to leave, or waits for its turn.</summary>
    public void OnSent(uint timestamp, MediaTime now) => _timestamp.OnSent(timestamp, now);

    /// <summary>A packet left.</summary>
    public void OnLeft(ushort sequence)
    {
        if (Serial.IsNewer(sequence, _left))
        {
            _left = sequence;
        }
    }

    /// <summary>What has been numbered and not left never will: the client shall not miss it. What comes next begins anew.</summary>
    public void Recall()
    {
        Leave();
        _sequence.Rewind(_left);
    }

    /// <summary>The outgoing timestamp of a moment, by the publisher's own relation of capture time and timestamps; null before that is known.</summary>
    public uint? TimestampAt(NtpTime moment, ConsumerGroup? group)
    {
        NoteOrigin(group);
        return group?.ClockOf(Encoding) is { } clock ? _timestamp.Rewrite(clock.RtpTimestamp) + UnitsBetween(clock.At, moment) : null;
    }

    /// <summary>From the first report on, the wall clock and the outgoing timestamps have a relation that all encodings keep.</summary>
    private void NoteOrigin(ConsumerGroup? group)
    {
        if (_origin is null && !_pinned && _producer.IsSimulcast && group?.ClockOf(Encoding) is { } clock)
        {
            _origin = clock;
            _originTimestamp = _timestamp.Rewrite(clock.RtpTimestamp);
        }
    }

    public void Prefetch()
    {
        CacheHint.Object(_sequence, 2);
        CacheHint.Object(_timestamp);
    }

    private uint UnitsBetween(NtpTime from, NtpTime to) => (uint)(to.UsSince(from) * _clockRate / 1_000_000);
}
