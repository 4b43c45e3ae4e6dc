using System.Buffers;
using System.Buffers.Binary;

namespace Sfu.Media.Remote;

/// <summary>
/// Frames that leave by a stream, each with its length before it (32 bits, little endian). Any thread adds one and waits for nobody; a thread of its
/// own writes all that have gathered meanwhile, and clears them: there are keys among them. What is added after the stream has broken is lost. Where too much waits, because nobody reads at the other end, the
/// stream is given up: it ends after what is being written.
/// </summary>
internal sealed class FrameSender
{
    /// <summary>What a burst has needed is given back.</summary>
    private const int KeptBytes = 1024 * 1024;

    /// <summary>More is waiting only where the other end has stopped reading for good: it is given up.</summary>
    public const int MaxWaitingBytes = 256 * 1024 * 1024;

    private readonly Stream _stream;
    private readonly Action _givenUp;
    private readonly int _maxWaitingBytes;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private ArrayBufferWriter<byte> _gathering = new();
    private ArrayBufferWriter<byte> _leaving = new();
    private bool _ending;

    /// <param name="stream">Is closed in the end.</param>
    /// <param name="name">Of the thread.</param>
    /// <param name="givenUp">Too much waits. Told once, by the thread that has added the last.</param>
    /// <param name="maxWaitingBytes">How much that is.</param>
    public FrameSender(Stream stream, string name, Action givenUp, int maxWaitingBytes = MaxWaitingBytes)
    {
        _stream = stream;
        _givenUp = givenUp;
        _maxWaitingBytes = maxWaitingBytes;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    public void Add(ReadOnlySpan<byte> frame)
    {
        if (!TryAdd(frame))
        {
            _givenUp();
        }
    }

    /// <summary>Writes what was added before, and closes the stream.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ending = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>False, once: too much waits.</summary>
    private bool TryAdd(ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            if (_ending)
            {
                return true;
            }

            if ((long)_gathering.WrittenCount + sizeof(int) + frame.Length > _maxWaitingBytes)
            {
                _gathering.Clear();
                _gathering = new ArrayBufferWriter<byte>();
                _ending = true;
                Monitor.Pulse(_gate);
                return false;
            }

            var first = _gathering.WrittenCount == 0;
            var room = _gathering.GetSpan(sizeof(int) + frame.Length);
            BinaryPrimitives.WriteInt32LittleEndian(room, frame.Length);
            frame.CopyTo(room[sizeof(int)..]);
            _gathering.Advance(sizeof(int) + frame.Length);
            if (first)
            {
                Monitor.Pulse(_gate);
            }

            return true;
        }
    }

    private void Run()
    {
        try
        {
            while (TakeGathered())
            {
                _stream.Write(_leaving.WrittenSpan);
                _stream.Flush();
                _leaving.Clear();
                if (_leaving.Capacity > KeptBytes)
                {
                    _leaving = new ArrayBufferWriter<byte>();
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The other end is gone, which whoever reads from it hears of.
            End();
        }

        Close();
    }

    private bool TakeGathered()
    {
        lock (_gate)
        {
            while (_gathering.WrittenCount == 0)
            {
                if (_ending)
                {
                    return false;
                }

                Monitor.Wait(_gate);
            }

            (_gathering, _leaving) = (_leaving, _gathering);
            return true;
        }
    }

    private void Close()
    {
        try
        {
            _stream.Dispose();
        }
        catch (IOException)
        {
            // What could not leave any more.
        }
    }
}
