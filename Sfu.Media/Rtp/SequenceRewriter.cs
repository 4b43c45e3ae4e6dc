using Sfu.Media.Wire;

namespace Sfu.Media.Rtp;

/// <summary>
/// Maps a producer's sequence numbers to a consumer's. Numbers lost on the way in stay gaps on the way out, so that the subscriber asks
/// for them;
/// packets that the node drops on purpose leave no gap; <see cref="Sync"/> continues without a gap from another place or source.
/// Constant memory. Media thread only.
/// </summary>
/// <remarks>
/// The outgoing number is the incoming one minus a shift that grows by one with each drop. A late packet takes the shift that held at its
/// place: the present one less the drops after it, counted in a bitmap of the last <see cref="Window"/> numbers. Later packets than that
/// are refused.
/// </remarks>
public sealed class SequenceRewriter
{
    /// <summary>How late, in numbers, a packet may come.</summary>
    public const int Window = SequenceBitmap.Size;

    private SequenceBitmap _dropped;
    private bool _synced;
    private long _syncStart;
    private long _highestIn;
    private long _shift;
    private long _highestOut;

    /// <param name="firstOutput">Number of the first packet sent; random as RFC 3550 §5.1 asks.</param>
    public SequenceRewriter(ushort firstOutput) => _highestOut = firstOutput - 1L;

    /// <summary>Highest number sent; one before the first when none was.</summary>
    public ushort LastOutput => (ushort)_highestOut;

    /// <summary>
    /// What was numbered after <paramref name="output"/> will never be sent after all: its numbers are given out again. <see cref="Sync"/> has
    /// to come next.
    /// </summary>
    /// <param name="output">A number given out, or one before the first.</param>
    public void Rewind(ushort output)
    {
        _highestOut = Math.Min(_highestOut, Serial.Unwrap(output, _highestOut));
        _synced = false;
    }

    /// <summary>
    /// From now on <paramref name="input"/> follows directly on the last number sent: after a pause, or when the source changes. Packets
    /// before it
    /// are refused from here on.
    /// </summary>
    public void Sync(ushort input)
    {
        _synced = true;
        _syncStart = input;
        _highestIn = _syncStart - 1;
        _shift = _syncStart - (_highestOut + 1);
        _dropped.ClearAll();
    }

    /// <summary>The packet is not sent, on purpose. Without effect on a number that others have passed already: its gap is out.</summary>
    public void Drop(ushort input)
    {
        if (!_synced)
        {
            return;
        }

        var extended = Serial.Unwrap(input, _highestIn);
        if (extended > _highestIn)
        {
            Advance(extended);
            _dropped.Set(extended);
            _shift++;
        }
    }

    /// <summary>The first packet syncs, when <see cref="Sync"/> did not.</summary>
    /// <returns>False for a packet that must not be sent: before the sync, dropped, or later than the window.</returns>
    public bool TryRewrite(ushort input, out ushort output)
    {
        if (!_synced)
        {
            Sync(input);
        }

        output = 0;
        var extended = Serial.Unwrap(input, _highestIn);
        long result;
        if (extended > _highestIn)
        {
            Advance(extended);
            result = extended - _shift;
        }
        else
        {
            if (extended < _syncStart || extended <= _highestIn - Window || _dropped[extended])
            {
                return false;
            }

            result = extended - _shift + _dropped.Count(extended + 1, _highestIn);
        }

        _highestOut = Math.Max(_highestOut, result);
        output = (ushort)result;
        return true;
    }

    private void Advance(long extended)
    {
        _dropped.ClearRange(_highestIn + 1, extended);
        _highestIn = extended;
    }
}
