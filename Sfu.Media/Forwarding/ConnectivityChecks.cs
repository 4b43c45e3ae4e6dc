using Sfu.Media.Ice;
using Sfu.Media.Stun;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Takes the connectivity checks that arrive on one engine to the transports that they name, wherever those live, and sends the answers.
/// Media thread only.
/// </summary>
internal sealed class ConnectivityChecks(MediaEngine engine)
{
    private readonly byte[] _response = new byte[512];

    /// <summary>A STUN datagram has arrived.</summary>
    public void OnStun(in TransportTuple tuple, Span<byte> datagram, MediaTime now)
    {
        // The ufrag names the transport, not the tuple: a client may come from a port that another one used before.
        if (!StunMessage.TryGetLocalUfrag(datagram, out var ufrag) || !engine.Parts.Commons.Ufrags.TryGet(ufrag, out var transport) ||
            engine.Routes.IsOwned(tuple.LocalSocket))
        {
            return;
        }

        if (LivesHere(transport))
        {
            engine.Faults.Served = transport;
            Answer(tuple, transport.OnStun(datagram, tuple, now, _response));
        }
        else
        {
            OnForeign(transport, tuple, datagram);
        }
    }

    /// <summary>An authentic check goes to the engine where its transport lives.</summary>
    /// <param name="home">That engine.</param>
    /// <param name="transport">Whose check it is.</param>
    /// <param name="entrance">The engine that received it, and will receive what follows it.</param>
    /// <param name="tuple">The path.</param>
    /// <param name="check">The whole datagram.</param>
    public void Pass(int home, WebRtcMediaTransport transport, int entrance, TransportTuple tuple, byte[] check) =>
        engine.Parts.Links.Post(home, there => there.Serve(transport, _ => there.Checks.OnPassed(transport, entrance, tuple, check)));

    /// <summary>The front engine may have given away what has not arrived yet where it goes.</summary>
    private bool LivesHere(WebRtcMediaTransport transport) =>
        transport.Home == engine.Index && (engine.Index != MediaEngine.FrontIndex || transport.Route == MediaEngine.FrontIndex);

    /// <summary>
    /// A check for a transport that lives on another engine. Only an authentic one goes there; what a stranger sends is answered, or
    /// not, right here.
    /// </summary>
    private void OnForeign(WebRtcMediaTransport transport, in TransportTuple tuple, ReadOnlySpan<byte> datagram)
    {
        if (!transport.TryAdmit(datagram, _response, out var length))
        {
            Answer(tuple, length);
            return;
        }

        var check = datagram.ToArray();
        if (!transport.IsAdopted)
        {
            OfferToAdopt(transport, tuple, check);
        }
        else if (tuple.Protocol == TransportProtocol.Tcp)
        {
            engine.Parts.Sockets.MoveConnection(tuple.LocalSocket, transport.Home, check);
        }
        else
        {
            Pass(transport.Home, transport, engine.Index, tuple, check);
        }
    }

    private void OfferToAdopt(WebRtcMediaTransport transport, TransportTuple tuple, byte[] check) =>
        engine.Parts.Links.Post(MediaEngine.FrontIndex, front => front.Directory.Adopt(transport, engine.Index, tuple, check));

    private void OnPassed(WebRtcMediaTransport transport, int entrance, in TransportTuple tuple, byte[] check)
    {
        if (!LivesHere(transport) || transport.HasLeft)
        {
            return;
        }

        Answer(tuple, transport.OnStun(check, tuple, engine.Now, _response));
        if (entrance != engine.Index)
        {
            engine.Routes.NoteEntrance(tuple, entrance);
        }
    }

    private void Answer(in TransportTuple tuple, int length)
    {
        if (length == 0)
        {
            return;
        }

        var room = engine.Parts.Sink.Begin(tuple);
        if (room.Length >= length)
        {
            _response.AsSpan(0, length).CopyTo(room);
            engine.Parts.Sink.Commit(tuple, length);
        }
    }
}
