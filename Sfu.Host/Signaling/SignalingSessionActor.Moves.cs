using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Sfu.Actors.Protocol;

namespace Sfu.Host.Signaling;

/// <summary>A transport's node is lost, or is being emptied: the client gets a new place.</summary>
internal sealed partial class SignalingSessionActor
{
    /// <summary>Nodes that took transports of this session with them: new ones do not go there, though the Router may not know yet.</summary>
    private ImmutableArray<string> _lostNodes = [];

    /// <summary>
    /// A node does not answer. What lives there is lost to the client, which will not hear of it by the transport itself, and perhaps not from
    /// the Router either, which may have lived there too: it starts elsewhere, and may know nothing of a peer that had nothing elsewhere.
    /// </summary>
    private void NodeUnreachable(Address node)
    {
        var isRoomLost = _room is { } room && room.Path.Address.Equals(node);
        var lost = _state.Transports.Where(transport => transport.Value.Node.Equals(node)).Select(transport => transport.Key).ToArray();
        foreach (var transport in lost)
        {
            _log.Info("Transport [{0}] of peer [{1}] is lost with its node", transport, _key.PeerId);
            _state.RemoveTransport(transport);
            SendElsewhere("transportClosed", transport, withinMs: 0);
        }

        if (lost.Length > 0 && !_lostNodes.Contains(node.ToString()))
        {
            _lostNodes = _lostNodes.Add(node.ToString());
        }

        if (lost.Length > 0 && _joined == JoinState.Yes && _join is { } join)
        {
            _catchUp++;
            var asked = _lastRequestId;
            AskPatiently<PeerAttached>(
                AttachAgain(join),
                attached => CaughtUp(attached, asked),
                failure =>
                {
                    // Without it nobody in the room would hear of this peer any more: it comes back by itself, and tries anew.
                    _log.Info("Peer [{0}] of room [{1}] could not be attached again: {2}", _key.PeerId, _key.RouterId, failure.Reason);
                    End(CloseCodes.GoingAway, "the room goes on elsewhere");
                });
        }
        else if (isRoomLost)
        {
            CatchUpWithRoom();
        }
    }

    /// <summary>
    /// A Router of that node starts elsewhere now. What it was asked before has gone to the node that is lost, and will not be answered: it is asked
    /// again, so that it waits where the Router will be, a moment later, when this node's way to Routers has heard of the loss too.
    /// </summary>
    private void NodeRemoved(Address node)
    {
        var mayHaveHeldRoom = _room is null || _room.Path.Address.Equals(node);
        NodeUnreachable(node);
        _lostNodes = _lostNodes.Remove(node.ToString());
        if (mayHaveHeldRoom)
        {
            var asked = _lastRequestId;
            Timers.StartSingleTimer(
                new object(),
                new AskAgain(() =>
                {
                    GiveUp(asked, []);
                    CatchUpWithRoom();
                }),
                s_patience);
        }
    }

    /// <summary>
    /// A client that knows how makes another transport. Any other one is sent away, comes back by itself, and finds its room where it is now.
    /// </summary>
    private void SendElsewhere(string method, TransportId transport, int withinMs)
    {
        if (_joined == JoinState.Yes && _join is { MovesTransports: true })
        {
            Notify(method, writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("transportId", transport.Value);
                if (withinMs > 0)
                {
                    writer.WriteNumber("withinMs", withinMs);
                }

                writer.WriteEndObject();
            });
        }
        else
        {
            _connection?.Close(CloseCodes.GoingAway, "media goes on elsewhere");
        }
    }
}
