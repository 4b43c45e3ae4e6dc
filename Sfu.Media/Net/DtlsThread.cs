using System.Collections.Concurrent;
using System.Collections.Immutable;
using Sfu.Media.Control;
using Sfu.Media.Dtls;
using Sfu.Media.Forwarding;
using Sfu.Media.Srtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>
/// Runs the DTLS associations of the media threads on a thread of its own, so that handshakes never hold up packets.
/// <see cref="IDtlsRunner"/> is called by media threads; answers go to the front engine, which knows where the transport lives.
/// </summary>
internal sealed class DtlsThread : IDtlsRunner, IDisposable
{
    private const int Niceness = 5;
    private const int MaxDatagram = 2048;

    /// <summary>Datagrams that may wait for one transport: a flood within an authenticated tuple must not grow the queue.</summary>
    private const int MaxWaitingPerTransport = 64;

    private readonly DtlsContext _context;
    private readonly Action<Action<MediaDirectory>> _answer;
    private readonly Action<string> _warn;
    private readonly Thread _thread;
    private readonly ConcurrentQueue<Action> _work = new();
    private readonly AutoResetEvent _signal = new(false);
    private readonly Dictionary<TransportHandle, Association> _associations = [];

    // Datagrams on their way, per transport with an association. Media threads count up, the DTLS thread counts down.
    private readonly ConcurrentDictionary<TransportHandle, Waiting> _waiting = new();
    private readonly PriorityQueue<(Association Association, MediaTime Deadline), MediaTime> _timers = new();
    private readonly byte[] _datagram = new byte[MaxDatagram];
    private volatile bool _stopping;

    /// <param name="context">The node's certificate and suites.</param>
    /// <param name="answer">Carries an answer to the front engine. Any thread.</param>
    /// <param name="warn">Told of faults, with a text for people.</param>
    public DtlsThread(DtlsContext context, Action<Action<MediaDirectory>> answer, Action<string> warn)
    {
        _context = context;
        _answer = answer;
        _warn = warn;
        _thread = new Thread(Run) { Name = "sfu-dtls", IsBackground = true };
        Pulse = new ThreadPulse(_thread.Name, Wake);
        _thread.Start();
    }

    /// <summary>Beats with each piece of work, of which a thousand may wait, and with each timer.</summary>
    public ThreadPulse Pulse { get; }

    public void Open(TransportHandle transport, DtlsRole localRole, ImmutableArray<DtlsFingerprint> remoteFingerprints)
    {
        _waiting[transport] = new Waiting();
        Post(() => Begin(transport, localRole, remoteFingerprints));
    }

    public void Deliver(TransportHandle transport, ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length > MaxDatagram || !_waiting.TryGetValue(transport, out var waiting) ||
            Volatile.Read(ref waiting.Count) >= MaxWaitingPerTransport)
        {
            return;
        }

        Interlocked.Increment(ref waiting.Count);
        var copy = datagram.ToArray();
        Post(() =>
        {
            Interlocked.Decrement(ref waiting.Count);
            if (_associations.TryGetValue(transport, out var association))
            {
                Step(association, (session, now) => session.Receive(copy, now));
            }
        });
    }

    public void Close(TransportHandle transport) => Post(() => SayGoodbye(transport));

    public void Dispose()
    {
        _stopping = true;
        _signal.Set();
        _thread.Join();
        foreach (var association in _associations.Values)
        {
            association.Session.Dispose();
        }

        _signal.Dispose();
    }

    private void Post(Action work)
    {
        _work.Enqueue(work);
        _signal.Set();
    }

    private void Wake()
    {
        try
        {
            _signal.Set();
        }
        catch (ObjectDisposedException)
        {
            // Who watches looks until the end.
        }
    }

    private void Run()
    {
        // A handshake may wait for media, but not the other way round.
        _ = ThreadNiceness.Set(Niceness);
        while (!_stopping)
        {
            while (_work.TryDequeue(out var work))
            {
                work();
                Pulse.Beat();
            }

            var now = MediaClock.Now;
            while (_timers.TryPeek(out var due, out var deadline) && deadline <= now)
            {
                _timers.Dequeue();

                // An entry of a former deadline, or of an association that has ended, is void.
                if (due.Association.Deadline == due.Deadline && !due.Association.Ended)
                {
                    due.Association.Deadline = MediaTime.Never;
                    Step(due.Association, static (session, time) => session.OnTimeout(time));
                    Pulse.Beat();
                }
            }

            var wait = _timers.TryPeek(out _, out var next) ? Math.Clamp(next.MsSince(now) + 1, 1, 60_000) : -1;
            if (_work.IsEmpty)
            {
                _signal.WaitOne((int)wait);
            }

            Pulse.Beat();
        }
    }

    private void Begin(TransportHandle transport, DtlsRole role, ImmutableArray<DtlsFingerprint> fingerprints)
    {
        DtlsSession session;
        try
        {
            session = new DtlsSession(_context, role);
            session.SetRemoteFingerprints(fingerprints, MediaClock.Now);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _warn($"A DTLS association could not be made: {e.Message}");
            _waiting.TryRemove(transport, out _);
            _answer(directory => directory.OnDtlsEnded(transport, failure: e.Message));
            return;
        }

        var association = new Association(transport, session);
        _associations[transport] = association;
        Step(association, static (s, now) => s.Start(now));
    }

    private void SayGoodbye(TransportHandle transport)
    {
        if (!_associations.TryGetValue(transport, out var association))
        {
            // It has ended by itself meanwhile, and said so: that answer is on its way.
            return;
        }

        Step(association, static (session, now) => session.Close(now));
        End(association, null);
    }

    private void Step(Association association, Action<DtlsSession, MediaTime> step)
    {
        if (association.Ended)
        {
            return;
        }

        var session = association.Session;
        try
        {
            step(session, MediaClock.Now);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _warn($"DTLS of transport {association.Transport.Slot} failed: {e}");
            End(association, e.Message);
            return;
        }

        while (session.TryTakeOutgoing(_datagram, out var length))
        {
            var copy = _datagram.AsSpan(0, length).ToArray();
            _answer(directory => directory.OnDtlsDatagram(association.Transport, copy));
        }

        if (session.State == DtlsState.Connected && !association.Reported)
        {
            association.Reported = true;
            var keys = SrtpKeys.FromExporter((SrtpProfile)session.SrtpProfileId, session.KeyingMaterial, session.LocalIsClient);
            var certificate = session.RemoteCertificatePem;
            _answer(directory => directory.OnDtlsConnected(association.Transport, keys, certificate));
        }

        if (session.State is DtlsState.Failed or DtlsState.Closed)
        {
            End(association, session.State == DtlsState.Failed ? session.FailureText ?? "DTLS failed" : null);
            return;
        }

        var deadline = session.NextTimeout;
        if (deadline != association.Deadline)
        {
            association.Deadline = deadline;
            if (deadline != MediaTime.Never)
            {
                _timers.Enqueue((association, deadline), deadline);
            }
        }
    }

    private void End(Association association, string? failure)
    {
        if (association.Ended)
        {
            return;
        }

        association.Ended = true;
        _associations.Remove(association.Transport);
        _waiting.TryRemove(association.Transport, out _);
        association.Session.Dispose();
        _answer(directory => directory.OnDtlsEnded(association.Transport, failure));
    }

    private sealed class Waiting
    {
        public int Count;
    }

    private sealed class Association(TransportHandle transport, DtlsSession session)
    {
        public TransportHandle Transport { get; } = transport;

        public DtlsSession Session { get; } = session;

        public MediaTime Deadline { get; set; } = MediaTime.Never;

        public bool Reported { get; set; }

        public bool Ended { get; set; }
    }
}
