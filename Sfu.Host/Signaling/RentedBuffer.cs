using System.Buffers;

namespace Sfu.Host.Signaling;

/// <summary>A message as it comes in, in memory that is lent for as long as that takes. One user at a time.</summary>
internal sealed class RentedBuffer : IDisposable
{
    private byte[] _bytes = [];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>Room for what comes next, behind what is written.</summary>
    /// <param name="minBytes">At least so much, more than 0.</param>
    public Memory<byte> Rest(int minBytes)
    {
        if (_bytes.Length - _length < minBytes)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length + minBytes, 2 * _length));
            Written.CopyTo(larger);
            GiveBack();
            _bytes = larger;
        }

        return _bytes.AsMemory(_length);
    }

    /// <summary>So much of the room has been written to.</summary>
    public void Advance(int bytes) => _length += bytes;

    public void Dispose()
    {
        GiveBack();
        _bytes = [];
        _length = 0;
    }

    private void GiveBack()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
    }
}
