using Akka.Event;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Host.Signaling;

/// <summary>What happens in the room, and the Consumers that follow from it.</summary>
internal sealed partial class SignalingSessionActor
{
    /// <summary>The public mediasoup demo's: the loudest one, so often that a face lights up as it speaks.</summary>
    private static readonly AudioLevelObserverOptions s_voices = new(MaxEntries: 1, Threshold: -80, IntervalMs: 800);

    private static readonly ObserverId s_voicesId = new("voices");

    private void FromRouter(ISessionEvent happened)
    {
        switch (happened)
        {
            case SessionEvents.PeerJoined joined when !_state.Peers.ContainsKey(joined.Peer.PeerId):
                _state.Peers.Add(joined.Peer.PeerId, joined.Peer);
                Notify("newPeer", writer => SignalingJson.Peer(writer, joined.Peer));
                break;
            case SessionEvents.PeerJoined again:
                // A Router that goes on elsewhere may take for new whom it had not heard of yet.
                PeerUpdated(again.Peer);
                break;
            case SessionEvents.PeerUpdated updated:
                PeerUpdated(updated.Peer);
                break;
            case SessionEvents.PeerLeft left:
                if (_state.Peers.Remove(left.PeerId))
                {
                    Notify("peerClosed", writer => SignalingJson.Id(writer, "peerId", left.PeerId.Value));
                }

                break;
            case SessionEvents.PeerDetached detached:
                _joined = JoinState.No;
                End(CloseCodes.EndedByServer, detached.Reason == CloseReason.PeerReplaced ? "replaced by a newer connection" : "removed from the room");
                break;
            case SessionEvents.RouterMoved:
                CatchUpWithRoom();
                break;
            case SessionEvents.RouterClosed:
                _joined = JoinState.No;
                End(CloseCodes.EndedByServer, "the room was closed");
                break;
            case SessionEvents.ProducerOpened opened:
                _state.Offered.TryAdd(opened.Producer.ProducerId, null);
                ConsumeOffered();
                break;
            case SessionEvents.ProducerClosed closed:
                _state.Producers.Remove(closed.ProducerId);
                _state.Voices.Remove(closed.ProducerId);
                _state.Withdraw(closed.ProducerId);
                break;
            case SessionEvents.ConsumerClosed closed:
                ConsumerClosed(closed);
                break;
            case SessionEvents.ConsumerPaused paused:
                ConsumerPaused(paused.ConsumerId, paused: true);
                break;
            case SessionEvents.ConsumerResumed resumed:
                ConsumerPaused(resumed.ConsumerId, paused: false);
                break;
            case SessionEvents.ProducerScoresChanged changed when _state.Producers.TryGetValue(changed.ProducerId, out var producer):
                _state.Producers[changed.ProducerId] = producer with { Scores = changed.Scores };
                Notify("producerScore", writer => SignalingJson.ProducerScore(writer, changed.ProducerId, changed.Scores));
                break;
            case SessionEvents.ConsumerScoreChanged changed:
                Change(changed.ConsumerId, consumer => consumer with { Score = changed.Score }, NotifyScore);
                break;
            case SessionEvents.ConsumerLayersChanged changed:
                Change(changed.ConsumerId, consumer => consumer with { Layers = changed.Layers }, NotifyLayers);
                break;
            case SessionEvents.TransportTraced { Trace: BweTrace trace }:
                _downlink = trace;
                break;
            case ObserverEvents.VolumesMeasured { Volumes: [var loudest, ..] }:
                Notify("activeSpeaker", writer => SignalingJson.ActiveSpeaker(writer, loudest.PeerId, loudest.Volume));
                break;
            case ObserverEvents.SilenceFell:
                Notify("activeSpeaker", writer => SignalingJson.ActiveSpeaker(writer, null, null));
                break;
            case ObserverEvents.ObserverClosed when _joined == JoinState.Yes:
                // The Router goes on elsewhere.
                ObserveVoices();
                break;
            case SessionEvents.TransportClosed closed:
                _log.Info("Transport [{0}] of peer [{1}] closed: {2}", closed.TransportId, _key.PeerId, closed.Reason);
                if (_state.RemoveTransport(closed.TransportId) && closed.Reason == CloseReason.NodeLost)
                {
                    SendElsewhere("transportClosed", closed.TransportId, withinMs: 0);
                }

                break;
            case SessionEvents.TransportMustMove move when _state.Transports.ContainsKey(move.TransportId):
                _log.Info("Transport [{0}] of peer [{1}] has to move", move.TransportId, _key.PeerId);
                _state.Leave(move.TransportId);
                SendElsewhere("moveTransport", move.TransportId, move.WithinMs);
                break;
            case SessionEvents.DtlsStateChanged changed:
                _log.Debug("Transport [{0}] of peer [{1}]: DTLS {2}", changed.TransportId, _key.PeerId, changed.State);
                break;
            case SessionEvents.IceStateChanged changed:
                _log.Debug("Transport [{0}] of peer [{1}]: ICE {2}", changed.TransportId, _key.PeerId, changed.State);
                break;
            case SessionEvents.TupleSendQueueOverflowed overflowed:
                _log.Debug("Transport [{0}] of peer [{1}] reads slowly: {2} packets dropped", overflowed.TransportId, _key.PeerId, overflowed.DroppedFrames);
                break;
            case SessionEvents.LocalUfragAdded or SessionEvents.LocalUfragRemoved or SessionEvents.TupleAdded or SessionEvents.TupleRemoved
                or SessionEvents.SelectedTupleChanged or SessionEvents.RtcpTupleChanged:
                // The client is told of none of these, as the public demo's are not: its own ICE agent knows its paths better, and its DTLS
                // hears close_notify before any message could arrive.
                break;
            default:
                // Clients are not told of pauses of Producers that they do not consume.
                break;
        }
    }

    private void PeerUpdated(PeerInfo peer)
    {
        var oldName = _state.Peers.TryGetValue(peer.PeerId, out var known) ? known.DisplayName : string.Empty;
        _state.Peers[peer.PeerId] = peer;
        if (oldName != peer.DisplayName)
        {
            Notify("peerDisplayNameChanged", writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("peerId", peer.PeerId.Value);
                writer.WriteString("displayName", peer.DisplayName);
                writer.WriteString("oldDisplayName", oldName);
                writer.WriteEndObject();
            });
        }
    }

    /// <summary>Creates the Consumers that are missing, each paused until the client has prepared for it.</summary>
    private void ConsumeOffered()
    {
        if (_joined != JoinState.Yes || !_consumes || _state.ReceivingTransport is not { } transport)
        {
            return;
        }

        foreach (var producer in _state.Unconsumed)
        {
            _state.NotToConsume.Add(producer);
            Ask<Consumed>(
                id => new RouterProtocol.Consume(id, _key.RouterId, transport, producer, null, Paused: true, JsonText.EmptyObject),
                consumed => Consumed(transport, consumed),
                failure =>
                {
                    _log.Info("Producer [{0}] is not consumed by peer [{1}]: {2}", producer, _key.PeerId, failure.Reason);
                    ForgetFailure(transport, producer, mayRepeat: failure == RequestFailure.Lost);
                });
        }
    }

    private void Consumed(TransportId transport, Consumed consumed)
    {
        if (!_state.Transports.ContainsKey(transport))
        {
            ForgetFailure(transport, consumed.ProducerId);
            return;
        }

        if (!_state.Offered.ContainsKey(consumed.ProducerId))
        {
            // The answer came by another way than the end of the Producer, and of the peer perhaps, which the Consumer does not outlive: a client
            // that heard of it now would show somebody who has left.
            return;
        }

        _state.NotToConsume.Remove(consumed.ProducerId);
        _state.Offered[consumed.ProducerId] = consumed.ConsumerId;
        _state.Consumers[consumed.ConsumerId] = new SessionConsumer(transport, consumed, Accepted: false, consumed.Score);
        Announce(consumed.ConsumerId);
    }

    /// <summary>What failed because the transport closed may succeed on the next one, and what was lost may be asked again.</summary>
    private void ForgetFailure(TransportId transport, ProducerId producer, bool mayRepeat = false)
    {
        if (mayRepeat || !_state.Transports.ContainsKey(transport))
        {
            _state.NotToConsume.Remove(producer);
            ConsumeOffered();
        }
    }

    private void Announce(ConsumerId id)
    {
        if (_state.Consumers.TryGetValue(id, out var consumer))
        {
            AskClient(
                "newConsumer",
                writer => SignalingJson.NewConsumer(writer, consumer.Announcement),
                response =>
                {
                    if (response.Ok)
                    {
                        Accept(id);
                    }
                    else
                    {
                        Abandon(id, response.ErrorReason ?? "refused");
                    }
                },
                () => Abandon(id, "no answer"));
        }
    }

    private void Accept(ConsumerId id)
    {
        if (_state.Consumers.TryGetValue(id, out var consumer))
        {
            _state.Consumers[id] = consumer with { Accepted = true };
            AskQuietly(
                request => new RouterProtocol.ResumeConsumer(request, _key.RouterId, id),
                "Resuming a Consumer",
                isWanted: () => _state.Consumers.TryGetValue(id, out var accepted) && !accepted.Paused);
            NotifyQuality(id, consumer);
        }
    }

    /// <summary>What is known of a Consumer that the client has just got, or got back.</summary>
    private void NotifyQuality(ConsumerId id, SessionConsumer consumer)
    {
        NotifyScore(id, consumer);
        if (consumer.Layers is not null)
        {
            NotifyLayers(id, consumer);
        }
    }

    /// <summary>The client is told of a Consumer when it has accepted it, and not before.</summary>
    private void Change(ConsumerId id, Func<SessionConsumer, SessionConsumer> change, Action<ConsumerId, SessionConsumer> notify)
    {
        if (_state.Consumers.TryGetValue(id, out var consumer))
        {
            consumer = change(consumer);
            _state.Consumers[id] = consumer;
            if (consumer.Accepted)
            {
                notify(id, consumer);
            }
        }
    }

    private void NotifyScore(ConsumerId id, SessionConsumer consumer)
    {
        if (consumer.Score is { } score)
        {
            Notify("consumerScore", writer => SignalingJson.ConsumerScore(writer, id, score));
        }
    }

    /// <summary>Estimates change many times a second; people read the last one.</summary>
    private void NotifyDownlink()
    {
        if (_downlink is { } trace)
        {
            _downlink = null;
            Notify("downlinkBwe", writer => SignalingJson.DownlinkBwe(writer, trace));
        }
    }

    private void NotifyLayers(ConsumerId id, SessionConsumer consumer) =>
        Notify("consumerLayersChanged", writer => SignalingJson.ConsumerLayers(writer, id, consumer.Layers));

    /// <summary>One observer per room: the first session makes it, the others join it, and each adds what it says itself.</summary>
    private void ObserveVoices()
    {
        Ask<ObserverCreated>(
            id => new ObserverProtocol.CreateAudioLevelObserver(id, _key.RouterId, s_voices, Self, s_voicesId),
            _ => { },
            failure =>
            {
                if (failure == RequestFailure.Lost)
                {
                    ObserveVoices();
                }
                else
                {
                    _log.Info("Peer [{0}] of room [{1}] does not hear who speaks: {2}", _key.PeerId, _key.RouterId, failure.Reason);
                }
            });
        foreach (var voice in _state.Voices)
        {
            AddVoice(voice);
        }
    }

    private void AddVoice(ProducerId voice) =>
        AskQuietly(id => new ObserverProtocol.AddObserverProducer(id, _key.RouterId, s_voicesId, voice), "Listening to a Producer");

    /// <summary>The client will not have this Consumer, and is not offered its Producer again.</summary>
    private void Abandon(ConsumerId id, string reason)
    {
        if (_state.RemoveConsumer(id) is { } consumer)
        {
            _log.Info("Consumer [{0}] closed, peer [{1}] did not take it: {2}", id, _key.PeerId, reason);
            _state.NotToConsume.Add(consumer.Announcement.ProducerId);
            AskQuietly(request => new RouterProtocol.CloseConsumer(request, _key.RouterId, id), "Closing a Consumer");
            Notify("consumerClosed", writer => SignalingJson.Id(writer, "consumerId", id.Value));
        }
    }

    private void ConsumerClosed(SessionEvents.ConsumerClosed closed)
    {
        // The client closes the Consumers of a closed transport by itself.
        if (_state.RemoveConsumer(closed.ConsumerId) is not null && closed.Reason != CloseReason.TransportClosed)
        {
            Notify("consumerClosed", writer => SignalingJson.Id(writer, "consumerId", closed.ConsumerId.Value));
        }
    }

    private void ConsumerPaused(ConsumerId id, bool paused)
    {
        if (_state.Consumers.TryGetValue(id, out var consumer))
        {
            _state.Consumers[id] = consumer with { Announcement = consumer.Announcement with { ProducerPaused = paused } };
            Notify(paused ? "consumerPaused" : "consumerResumed", writer => SignalingJson.Id(writer, "consumerId", id.Value));
        }
    }
}
