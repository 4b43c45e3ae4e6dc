using Sfu.Media.Buffers;

namespace Sfu.Media.Srtp;

/// <summary>
/// The streams of one direction of a session, by SSRC, at most as many as given. A stream that is not in the table is lent out as a
/// candidate and enters only by <see cref="Commit"/>, so that forged packets leave nothing behind and allocate nothing.
/// One thread at a time.
/// </summary>
internal sealed class SrtpStreamTable
{
    private readonly int _maxStreams;
    private readonly bool _receives;
    private readonly Dictionary<uint, SrtpStream> _bySsrc = [];

    private RetiredStreams? _retired;
    private SrtpStream? _latest;
    private SrtpStream? _candidate;

    /// <param name="maxStreams">How many there may be.</param>
    /// <param name="receives">Whether they are a receiver's.</param>
    public SrtpStreamTable(int maxStreams, bool receives)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxStreams);
        _maxStreams = maxStreams;
        _receives = receives;
    }

    public int Count => _bySsrc.Count;

    /// <summary>The stream or a candidate for it; null when the SSRC is unknown and the table full.</summary>
    public SrtpStream? FindOrPropose(uint ssrc)
    {
        if (_latest is not null && _latest.Ssrc == ssrc)
        {
            return _latest;
        }

        if (_bySsrc.TryGetValue(ssrc, out var stream))
        {
            _latest = stream;
            return stream;
        }

        return _bySsrc.Count < _maxStreams ? Propose(ssrc) : null;
    }

    /// <summary>Enters a candidate. Does nothing for a stream that is in the table.</summary>
    public void Commit(SrtpStream stream)
    {
        if (ReferenceEquals(stream, _candidate))
        {
            _bySsrc.Add(stream.Ssrc, stream);
            _latest = stream;
            _candidate = null;
        }
    }

    /// <summary>Frees a stream's state, down to the indexes where it ended.</summary>
    public bool Remove(uint ssrc)
    {
        if (!_bySsrc.Remove(ssrc, out var stream))
        {
            return false;
        }

        _retired ??= new RetiredStreams();
        _retired.Add(ssrc, new RetiredIndexes(stream.Rtp.Highest, stream.Rtcp?.Highest ?? PacketIndex.None));
        _latest = null;
        return true;
    }

    /// <summary>Asks the processor for the latest stream, so many references away.</summary>
    public void PrefetchLatest(int hop) => CacheHint.Object(hop == 0 ? _latest : _latest?.Rtp);

    private SrtpStream Propose(uint ssrc)
    {
        if (_candidate is null || _candidate.Ssrc != ssrc)
        {
            _candidate ??= new SrtpStream(_receives);
            _candidate.Begin(ssrc, _retired?.Find(ssrc) ?? RetiredIndexes.None);
        }

        return _candidate;
    }
}
