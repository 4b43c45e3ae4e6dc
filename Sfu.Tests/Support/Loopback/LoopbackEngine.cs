using Sfu.Media.Buffers;
using Sfu.Media.Control;
using Sfu.Media.Forwarding;
using Sfu.Media.Ice;
using Sfu.Media.Srtp;
using Sfu.Media.Wire;

namespace Sfu.Tests.Support.Loopback;

/// <summary>One engine of a <see cref="LoopbackWorld"/>, and what it touches of the outside: the world's network, and its sisters.</summary>
internal sealed class LoopbackEngine : IDatagramSink, IEngineLinks, IListenSockets, IDisposable
{
    private readonly LoopbackWorld _world;
    private readonly byte[] _slot = new byte[IDatagramSink.MaxDatagramBytes];
    private readonly Queue<Action<MediaEngine>> _commands = new();
    private readonly SpscRing<PassedPacket> _passed = new(1024);

    public LoopbackEngine(LoopbackWorld world, Func<LoopbackEngine, EngineParts> parts, MediaTime now)
    {
        _world = world;
        Engine = new MediaEngine(parts(this), now);
    }

    public MediaEngine Engine { get; }

    /// <summary>Packets that other engines passed on to this one.</summary>
    public long PassedHere { get; private set; }

    public int ConnectionCount => 0;

    public DatagramCounts Counts => default;

    public long CpuTimeUs => 0;

    public void OnDatagram(in TransportTuple tuple, Span<byte> datagram, MediaTime now)
    {
        Engine.OnDatagram(tuple, datagram, now);
        Engine.FanOut(now);
    }

    public void Post(Action<MediaEngine> command) => _commands.Enqueue(command);

    /// <summary>Does what others have asked for. False: nobody had.</summary>
    public bool Work(MediaTime now)
    {
        var worked = false;
        while (_commands.TryDequeue(out var command))
        {
            worked = true;
            Engine.Run(command, now);
        }

        while (_passed.TryPop(out var passed))
        {
            worked = true;
            PassedHere++;
            Engine.OnPassed(passed, now);
        }

        Engine.FanOut(now);
        return worked;
    }

    public void Dispose() => Engine.Dispose();

    void IEngineLinks.Post(int engine, Action<MediaEngine> command) => _world.Engines[engine].Post(command);

    bool IEngineLinks.TryPass(int engine, in PassedPacket packet) => _world.Engines[engine]._passed.TryPush(packet);

    void IEngineLinks.WakeReceivers()
    {
        // They work in turns, and never sleep.
    }

    Span<byte> IDatagramSink.Begin(in TransportTuple tuple) => _world.OpenSockets.Contains(tuple.LocalSocket) ? _slot : default;

    void IDatagramSink.Commit(in TransportTuple tuple, int length) => _world.SendFromNode(tuple, _slot.AsSpan(0, length));

    /// <summary>The slot is used again for the next datagram.</summary>
    SrtpTagBatch? IDatagramSink.TagsFor(in TransportTuple tuple) => null;

    bool IListenSockets.TryOpen(ListenInfo info, List<BoundSocket> bound, out MediaError? error, int engine)
    {
        error = null;
        bound.Add(_world.OpenSocket(info, engine));
        return true;
    }

    void IListenSockets.Close(long socketId) => _world.OpenSockets.Remove(socketId);

    void IListenSockets.MoveConnection(long connectionId, int engine, byte[] frame) => throw new NotSupportedException("There is no TCP in this world.");
}
