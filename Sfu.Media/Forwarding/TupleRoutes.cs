using Sfu.Media.Ice;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Where the paths lead whose datagrams this engine receives: to a transport that lives here, or to another engine. The engine that the
/// kernel gives a path's datagrams to is the one that knows whose path it is, so a client may use a port again that another client,
/// of another engine's transport, used before. Its engine's thread only.
/// </summary>
internal sealed class TupleRoutes(MediaEngine engine)
{
    private readonly Dictionary<TransportTuple, MediaTransport> _here = [];
    private readonly Dictionary<TransportTuple, int> _elsewhere = [];

    // Paths of transports that live here whose datagrams another engine receives and passes on.
    private readonly Dictionary<TransportTuple, int> _entrances = [];

    // Sockets that one transport has for itself.
    private readonly Dictionary<long, MediaTransport> _owners = [];

    // Datagrams come in runs.
    private TransportTuple _lastTuple;
    private MediaTransport? _lastTransport;

    /// <summary>Paths known in whatever way.</summary>
    public int Count => _here.Count + _elsewhere.Count;

    public MediaTransport? Find(in TransportTuple tuple)
    {
        if (_lastTransport is not null && _lastTuple.Equals(tuple))
        {
            return _lastTransport;
        }

        if (!_here.TryGetValue(tuple, out var transport))
        {
            return null;
        }

        _lastTuple = tuple;
        _lastTransport = transport;
        return transport;
    }

    /// <summary>All that arrives at this socket is for this transport.</summary>
    public void Own(long socketId, MediaTransport transport) => _owners.Add(socketId, transport);

    public void Disown(long socketId) => _owners.Remove(socketId);

    public bool IsOwned(long socketId) => _owners.Count > 0 && _owners.ContainsKey(socketId);

    /// <summary>Who has the socket for itself; null: nobody, it is a server's.</summary>
    public MediaTransport? OwnerOf(long socketId) => _owners.Count > 0 ? _owners.GetValueOrDefault(socketId) : null;

    public bool TryFindElsewhere(in TransportTuple tuple, out int home) => _elsewhere.TryGetValue(tuple, out home);

    /// <summary>The path leads to this transport from now on, also if it led to another.</summary>
    public void Bind(in TransportTuple tuple, MediaTransport transport)
    {
        _lastTransport = null;
        _here.TryGetValue(tuple, out var former);
        _here[tuple] = transport;
        if (former is not null && former != transport)
        {
            former.LoseTuple(tuple, TupleRemovalReason.TakenOver);
        }

        if (_elsewhere.Remove(tuple, out var home))
        {
            TakeFrom(home, tuple);
        }
    }

    /// <summary>False: it led to another transport already, or nowhere.</summary>
    public bool Unbind(in TransportTuple tuple, MediaTransport transport)
    {
        if (!_here.TryGetValue(tuple, out var bound) || bound != transport)
        {
            return false;
        }

        _lastTransport = null;
        _here.Remove(tuple);
        if (_entrances.Remove(tuple, out var entrance))
        {
            var gone = tuple;
            var index = engine.Index;
            engine.Parts.Links.Post(entrance, other => other.Routes.RemoveElsewhere(gone, index));
        }

        return true;
    }

    /// <summary>A check that another engine passed on has been served here: that engine passes on what follows it.</summary>
    public void NoteEntrance(in TransportTuple tuple, int entrance)
    {
        if (!_here.ContainsKey(tuple) || (_entrances.TryGetValue(tuple, out var known) && known == entrance))
        {
            return;
        }

        _entrances[tuple] = entrance;
        var bound = tuple;
        var index = engine.Index;
        engine.Parts.Links.Post(entrance, other => other.Routes.AddElsewhere(bound, index));
    }

    private void AddElsewhere(in TransportTuple tuple, int home)
    {
        if (_here.TryGetValue(tuple, out var former))
        {
            former.LoseTuple(tuple, TupleRemovalReason.TakenOver);
        }

        if (_elsewhere.TryGetValue(tuple, out var other) && other != home)
        {
            TakeFrom(other, tuple);
        }

        _elsewhere[tuple] = home;
    }

    private void RemoveElsewhere(in TransportTuple tuple, int home)
    {
        if (_elsewhere.TryGetValue(tuple, out var known) && known == home)
        {
            _elsewhere.Remove(tuple);
        }
    }

    private void TakeFrom(int home, in TransportTuple tuple)
    {
        var taken = tuple;
        engine.Parts.Links.Post(home, other =>
        {
            if (other.Routes._here.TryGetValue(taken, out var former))
            {
                former.LoseTuple(taken, TupleRemovalReason.TakenOver);
            }
        });
    }
}
