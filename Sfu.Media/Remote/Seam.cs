using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;

namespace Sfu.Media.Remote;

/// <summary>
/// One end of the seam where it goes between two processes. Both are this program, so what comes is trusted. Frames are JSON arrays: the receiver's
/// number at the other end, the method's, its arguments. Calls return at once; they arrive one after the other, in the order of their making.
/// </summary>
internal sealed class Seam
{
    /// <summary>Numbers below are agreed upon.</summary>
    private const long FirstListener = 16;

    private readonly Stream _input;
    private readonly FrameSender _sender;
    private readonly Action<string> _giveUp;
    private readonly ConcurrentDictionary<long, Receiver> _receivers = new();
    private long _lastListener = FirstListener;
    private volatile bool _ended;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? t_writer;

    /// <param name="input">From the other end.</param>
    /// <param name="output">To the other end.</param>
    /// <param name="name">Begins the names of the threads that wait for both.</param>
    /// <param name="giveUp">
    /// The other end does not read what it is told, and is told nothing more: why, for an operator. Told once, on the thread that has told it the last.
    /// </param>
    /// <param name="maxWaitingBytes">When that is so.</param>
    public Seam(Stream input, Stream output, string name, Action<string> giveUp, int maxWaitingBytes = FrameSender.MaxWaitingBytes)
    {
        _input = input;
        _giveUp = giveUp;
        _sender = new FrameSender(output, name + "-out", GiveUp, maxWaitingBytes);
    }

    /// <summary>The other end is gone, or given up.</summary>
    public bool HasEnded => _ended;

    /// <summary>Gives a receiver an agreed number.</summary>
    public void Add<T>(long number, T receiver)
        where T : class => _receivers[number] = new Receiver(SeamInterface.Of(typeof(T)), receiver);

    /// <summary>Who stands for the receiver with this agreed number at the other end.</summary>
    public T Other<T>(long number)
        where T : class => (T)SeamProxy.Create(typeof(T), this, number);

    public void Tell(long receiver, SeamMethod method, ReadOnlySpan<object?> arguments)
    {
        var buffer = t_buffer ??= new ArrayBufferWriter<byte>(1024);
        var writer = t_writer ??= new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        writer.Reset(buffer);
        writer.WriteStartArray();
        writer.WriteNumberValue(receiver);
        writer.WriteNumberValue(method.Index);
        for (var i = 0; i < arguments.Length; i++)
        {
            if (method.Parameters[i].Listener is { } listener)
            {
                writer.WriteNumberValue(Register(listener, arguments[i]!));
            }
            else
            {
                JsonSerializer.Serialize(writer, arguments[i], method.Parameters[i].Json);
            }
        }

        writer.WriteEndArray();
        writer.Flush();
        _sender.Add(buffer.WrittenSpan);

        // Keys of plain transports cross too.
        buffer.Clear();
    }

    /// <summary>Tells receivers here what the other end says, until that is gone.</summary>
    /// <param name="failed">A receiver has thrown, which it must not: the exception and the method.</param>
    public void Run(Action<Exception, string> failed)
    {
        var frames = new FrameReceiver(_input);
        var arguments = Array.Empty<object?>();
        while (frames.TryReceive(out var frame))
        {
            Deliver(frame, ref arguments, failed);
        }

        _ended = true;
        _sender.End();
    }

    /// <summary>Says the rest, and nothing more. The other end hears of it by the end of its stream.</summary>
    public void End() => _sender.End();

    /// <summary>Who has not been told the last yet, and is told nothing more.</summary>
    public IEnumerable<object> TakeListeners()
    {
        foreach (var number in _receivers.Keys)
        {
            if (number >= FirstListener && _receivers.TryRemove(number, out var receiver))
            {
                yield return receiver.Object;
            }
        }
    }

    private void Deliver(ReadOnlySpan<byte> frame, ref object?[] arguments, Action<Exception, string> failed)
    {
        var reader = new Utf8JsonReader(frame);
        reader.Read();
        reader.Read();
        var number = reader.GetInt64();
        if (!_receivers.TryGetValue(number, out var receiver))
        {
            return;
        }

        reader.Read();
        var method = receiver.Interface.Methods[reader.GetInt32()];
        if (arguments.Length < method.Parameters.Length)
        {
            arguments = new object?[method.Parameters.Length];
        }

        for (var i = 0; i < method.Parameters.Length; i++)
        {
            reader.Read();
            arguments[i] = method.Parameters[i].Listener is { } listener
                ? SeamProxy.Create(listener, this, reader.GetInt64())
                : JsonSerializer.Deserialize(ref reader, method.Parameters[i].Json);
        }

        if (method.IsLast)
        {
            _receivers.TryRemove(number, out _);
        }

        try
        {
            method.Invoke(receiver.Object, arguments.AsSpan(0, method.Parameters.Length));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            failed(e, method.Name);
        }

        Array.Clear(arguments);
    }

    private void GiveUp()
    {
        _ended = true;
        _giveUp("The other process does not read what it is told");
    }

    private long Register(Type type, object listener)
    {
        var number = Interlocked.Increment(ref _lastListener);
        _receivers[number] = new Receiver(SeamInterface.Of(type), listener);
        return number;
    }

    private readonly record struct Receiver(SeamInterface Interface, object Object);
}
