using System.Buffers.Binary;

namespace Sfu.Media.Bwe;

/// <summary>Iterates the statuses of a feedback message that <see cref="TransportCcFeedback"/> has validated.</summary>
public ref struct TransportCcPackets
{
    private ReadOnlySpan<byte> _chunks;
    private ReadOnlySpan<byte> _deltas;
    private TransportCcChunk _chunk;
    private int _indexInChunk;
    private int _left;
    private ushort _sequence;
    private long _timeUs;

    internal TransportCcPackets(ushort baseSequence, int count, long referenceUs, ReadOnlySpan<byte> chunks, ReadOnlySpan<byte> deltas)
    {
        _chunks = chunks;
        _deltas = deltas;
        _chunk = default;
        _indexInChunk = 0;
        _left = count;
        _sequence = baseSequence;
        _timeUs = referenceUs;
    }

    /// <param name="sequence">Transport-wide sequence number.</param>
    /// <param name="received">Whether the packet came. The reserved symbol counts as not received.</param>
    /// <param name="arrivalUs">Arrival on the receiver's clock, relative to the origin of the reference time; meaningful when
    /// received.</param>
    /// <returns>False at the end.</returns>
    public bool TryNext(out ushort sequence, out bool received, out long arrivalUs)
    {
        sequence = _sequence;
        received = false;
        arrivalUs = 0;
        if (_left == 0)
        {
            return false;
        }

        if (_indexInChunk >= _chunk.Count)
        {
            _chunk = new TransportCcChunk(BinaryPrimitives.ReadUInt16BigEndian(_chunks));
            _chunks = _chunks[2..];
            _indexInChunk = 0;
        }

        var symbol = _chunk[_indexInChunk++];
        var length = TransportCcChunk.DeltaLengthOf(symbol);
        if (length > 0)
        {
            var delta = length == 1 ? _deltas[0] : BinaryPrimitives.ReadInt16BigEndian(_deltas);
            _deltas = _deltas[length..];
            _timeUs += delta * TransportCcFeedback.DeltaUnitUs;
            received = true;
            arrivalUs = _timeUs;
        }

        _left--;
        _sequence++;
        return true;
    }
}
