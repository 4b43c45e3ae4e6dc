using System.Buffers.Binary;

namespace Sfu.Media.Remote;

/// <summary>Reads what <see cref="FrameSender"/> has written, and clears what was read: there are keys among it. One thread.</summary>
internal sealed class FrameReceiver(Stream stream)
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _cleared;
    private int _start;
    private int _end;

    /// <summary>Waits for the next frame, which is good until the next call. False: the stream has ended or broken.</summary>
    public bool TryReceive(out ReadOnlySpan<byte> frame)
    {
        frame = default;
        _buffer.AsSpan(_cleared, _start - _cleared).Clear();
        _cleared = _start;
        if (!TryFill(sizeof(int)))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(_start));
        if (length < 0 || !TryFill(sizeof(int) + length))
        {
            return false;
        }

        frame = _buffer.AsSpan(_start + sizeof(int), length);
        _start += sizeof(int) + length;
        return true;
    }

    private bool TryFill(int bytes)
    {
        while (_end - _start < bytes)
        {
            MakeRoom(bytes);
            var read = Read();
            if (read <= 0)
            {
                return false;
            }

            _end += read;
        }

        return true;
    }

    private void MakeRoom(int bytes)
    {
        if (_buffer.Length - _start >= bytes && _end < _buffer.Length)
        {
            return;
        }

        var room = bytes > _buffer.Length ? new byte[Math.Max(bytes, _buffer.Length * 2)] : _buffer;
        var rest = _end - _start;
        _buffer.AsSpan(_start, rest).CopyTo(room);
        _buffer.AsSpan(room == _buffer ? rest : 0, room == _buffer ? _end - rest : _end).Clear();
        (_buffer, _cleared, _start, _end) = (room, 0, 0, rest);
    }

    private int Read()
    {
        try
        {
            return stream.Read(_buffer, _end, _buffer.Length - _end);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return 0;
        }
    }
}
