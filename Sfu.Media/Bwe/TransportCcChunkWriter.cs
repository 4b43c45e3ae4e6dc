using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Sfu.Media.Bwe;

/// <summary>
/// Packs status symbols into chunks as they come. Open symbols always fit into one chunk, so <see cref="Length"/> is exact at each moment.
/// </summary>
internal ref struct TransportCcChunkWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    private OpenSymbols _open;
    private int _openCount;
    private bool _isRun = true;
    private bool _hasLarge;
    private int _written;

    [UnscopedRef]
    private Span<byte> Open => _open;

    /// <summary>Bytes of all chunks, the open one included.</summary>
    public readonly int Length => _written + (_openCount > 0 ? 2 : 0);

    /// <summary>Bytes of all chunks once <paramref name="symbol"/> is added too.</summary>
    public readonly int LengthWith(byte symbol) => CanTake(symbol) ? _written + 2 : _written + 4;

    /// <summary>The caller has seen to it that <see cref="LengthWith"/> fits.</summary>
    public void Add(byte symbol)
    {
        if (!CanTake(symbol))
        {
            Close();
        }

        // A run is counted, not stored, once no vector could hold it.
        if (_openCount < TransportCcChunk.OneBitSymbols)
        {
            _open[_openCount] = symbol;
        }

        _isRun = _isRun && symbol == _open[0];
        _hasLarge |= symbol == TransportCcStatus.LargeDelta;
        _openCount++;
    }

    /// <summary>Writes what is open; the last vector need not be full.</summary>
    /// <returns><see cref="Length"/>.</returns>
    public int Finish()
    {
        if (_openCount > 0)
        {
            var open = Open;
            Write(_isRun
                ? TransportCcChunk.Run(open[0], _openCount)
                : _openCount > TransportCcChunk.TwoBitSymbols
                    ? TransportCcChunk.OneBit(open[.._openCount])
                    : TransportCcChunk.TwoBit(open[.._openCount]));
            _openCount = 0;
        }

        return _written;
    }

    private readonly bool CanTake(byte symbol)
    {
        if (_openCount < TransportCcChunk.TwoBitSymbols)
        {
            return true;
        }

        if (_isRun && symbol == _open[0])
        {
            return _openCount < TransportCcFeedback.MaxRunLength;
        }

        return _openCount < TransportCcChunk.OneBitSymbols && !_hasLarge && symbol != TransportCcStatus.LargeDelta;
    }

    /// <summary>Writes one chunk that is full, because statuses follow it; what a two-bit vector cannot hold stays open.</summary>
    private void Close()
    {
        var open = Open;
        if (_isRun)
        {
            Write(TransportCcChunk.Run(open[0], _openCount));
            Keep(_openCount);
        }
        else if (_openCount == TransportCcChunk.OneBitSymbols)
        {
            Write(TransportCcChunk.OneBit(open));
            Keep(_openCount);
        }
        else
        {
            Write(TransportCcChunk.TwoBit(open[..TransportCcChunk.TwoBitSymbols]));
            Keep(TransportCcChunk.TwoBitSymbols);
        }
    }

    private void Write(ushort chunk)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_destination[_written..], chunk);
        _written += 2;
    }

    /// <summary>Moves the open symbols from <paramref name="first"/> on to the front.</summary>
    private void Keep(int first)
    {
        var count = _openCount - first;
        var open = Open;
        for (var i = 0; i < count; i++)
        {
            open[i] = open[first + i];
        }

        _openCount = count;
        _isRun = !open[..count].ContainsAnyExcept(open[0]);
        _hasLarge = open[..count].Contains(TransportCcStatus.LargeDelta);
    }

    [InlineArray(TransportCcChunk.OneBitSymbols)]
    private struct OpenSymbols
    {
        private byte _first;
    }
}
