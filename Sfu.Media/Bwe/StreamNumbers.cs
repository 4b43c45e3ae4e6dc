using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>
/// Which transport-wide number each packet of one stream had: for feedback that tells of the stream's own numbers. A ring that keeps what the
/// <see cref="SendHistory"/> still has, at most <see cref="MaxCapacity"/>; four bytes for each. Media thread only.
/// </summary>
internal sealed class StreamNumbers
{
    public const int MaxCapacity = 4096;

    private const int InitialCapacity = 64;
    private const uint Sent = 0x1_0000;

    private uint[] _ring = [];

    // Unwrapped numbers: the first remembered, and the one behind the newest. Equal when empty.
    private long _first;
    private long _end;

    /// <summary>A packet leaves, possibly not for the first time.</summary>
    /// <param name="sequence">The stream's number.</param>
    /// <param name="transportSequence">The transport's.</param>
    /// <param name="history">Tells which numbers are of no use any more.</param>
    public void Add(ushort sequence, ushort transportSequence, SendHistory history)
    {
        var extended = _end == 0 ? sequence + 0x10000L : Serial.Unwrap(sequence, _end - 1);
        if (_end == 0 || extended - _end >= MaxCapacity)
        {
            _first = _end = extended;
        }

        if (extended < _first)
        {
            return;
        }

        while (_end <= extended)
        {
            MakeRoom(history);
            NumberOf(_end++) = 0;
        }

        NumberOf(extended) = Sent | transportSequence;
    }

    /// <summary>The transport's number of a packet; false when it is not known.</summary>
    public bool TryFind(ushort sequence, out ushort transportSequence)
    {
        var extended = Serial.Unwrap(sequence, _end - 1);
        var found = extended >= _first && extended < _end ? NumberOf(extended) : 0;
        transportSequence = (ushort)found;
        return found != 0;
    }

    private void MakeRoom(SendHistory history)
    {
        if (_end - _first < _ring.Length)
        {
            return;
        }

        while (_first < _end && !(NumberOf(_first) is not 0 and var number && history.IsOpen((ushort)number)))
        {
            _first++;
        }

        // At least half of it, so that the oldest are not looked through again with each packet.
        if (_end - _first <= _ring.Length / 2 && _ring.Length > 0)
        {
            return;
        }

        if (_ring.Length == MaxCapacity)
        {
            _first = Math.Max(_first, _end - MaxCapacity + 1);
            return;
        }

        var old = _ring;
        _ring = new uint[Math.Max(InitialCapacity, old.Length * 2)];
        for (var sequence = _first; sequence < _end; sequence++)
        {
            NumberOf(sequence) = old[(int)(sequence & (old.Length - 1))];
        }
    }

    private ref uint NumberOf(long sequence) => ref _ring[(int)(sequence & (_ring.Length - 1))];
}
