using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ortc;

namespace Sfu.Host.Signaling;

/// <summary>What the client asks for.</summary>
internal sealed partial class SignalingSessionActor
{
    private void Handle(ClientRequest request, ClientReply reply)
    {
        var room = _key.RouterId;
        switch (request)
        {
            case ClientRequest.GetRouterRtpCapabilities:
                AskPatiently<RouterRtpCapabilities>(
                    id => new RouterProtocol.GetRouterRtpCapabilities(id, room),
                    answer => reply.Succeed(writer => SignalingJson.RtpCapabilities(writer, answer.RtpCapabilities)),
                    reply.Fail);
                break;
            case ClientRequest.CreateWebRtcTransport create:
                CreateTransport(create, reply);
                break;
            case ClientRequest.Join join:
                Join(join, reply);
                break;
            case ClientRequest.ResumeSession resume:
                CatchUp(resume, reply);
                break;
            case ClientRequest.ConnectWebRtcTransport connect when Owns(connect.TransportId, reply):
                Connect(connect, reply);
                break;
            case ClientRequest.RestartIce restart when Owns(restart.TransportId, reply):
                Ask<IceRestarted>(
                    id => new RouterProtocol.RestartIce(id, room, restart.TransportId),
                    answer => reply.Succeed(writer => SignalingJson.IceParameters(writer, answer.IceParameters)),
                    reply.Fail);
                break;
            case ClientRequest.CloseTransport close when Owns(close.TransportId, reply):
                AskDone(id => new RouterProtocol.CloseTransport(id, room, close.TransportId), reply);
                break;
            case ClientRequest.GetTransportStats stats when Owns(stats.TransportId, reply):
                AskStats(id => new RouterProtocol.GetTransportStats(id, room, stats.TransportId), reply);
                break;
            case ClientRequest.Produce produce when Owns(produce.TransportId, reply):
                Produce(produce, reply);
                break;
            case ClientRequest.CloseProducer close when Owns(close.ProducerId, reply):
                _state.Producers.Remove(close.ProducerId);
                _state.Voices.Remove(close.ProducerId);
                AskDone(id => new RouterProtocol.CloseProducer(id, room, close.ProducerId), reply);
                break;
            case ClientRequest.PauseProducer pause when Owns(pause.ProducerId, reply):
                AskDone(id => new RouterProtocol.PauseProducer(id, room, pause.ProducerId), reply);
                break;
            case ClientRequest.ResumeProducer resume when Owns(resume.ProducerId, reply):
                AskDone(id => new RouterProtocol.ResumeProducer(id, room, resume.ProducerId), reply);
                break;
            case ClientRequest.GetProducerStats stats when Owns(stats.ProducerId, reply):
                AskStats(id => new RouterProtocol.GetProducerStats(id, room, stats.ProducerId), reply);
                break;
            case ClientRequest.PauseConsumer pause when Owns(pause.ConsumerId, reply):
                SetPaused(pause.ConsumerId, true);
                AskDone(id => new RouterProtocol.PauseConsumer(id, room, pause.ConsumerId), reply);
                break;
            case ClientRequest.ResumeConsumer resume when Owns(resume.ConsumerId, reply):
                SetPaused(resume.ConsumerId, false);
                AskDone(id => new RouterProtocol.ResumeConsumer(id, room, resume.ConsumerId), reply);
                break;
            case ClientRequest.RequestConsumerKeyFrame keyFrame when Owns(keyFrame.ConsumerId, reply):
                AskDone(id => new RouterProtocol.RequestConsumerKeyFrame(id, room, keyFrame.ConsumerId), reply);
                break;
            case ClientRequest.SetConsumerPreferredLayers layers when Owns(layers.ConsumerId, reply):
                AskDone(id => new RouterProtocol.SetConsumerPreferredLayers(id, room, layers.ConsumerId, layers.Layers), reply);
                break;
            case ClientRequest.SetConsumerPriority priority when Owns(priority.ConsumerId, reply):
                AskDone(id => new RouterProtocol.SetConsumerPriority(id, room, priority.ConsumerId, priority.Priority), reply);
                break;
            case ClientRequest.GetConsumerStats stats when Owns(stats.ConsumerId, reply):
                AskStats(id => new RouterProtocol.GetConsumerStats(id, room, stats.ConsumerId), reply);
                break;
            case ClientRequest.ChangeDisplayName change when _joined == JoinState.Yes:
                _join = _join! with { DisplayName = change.DisplayName };
                AskDone(id => new PeerProtocol.UpdatePeer(id, room, _key.PeerId, Self, change.DisplayName, null), reply);
                break;
            case ClientRequest.ChangeDisplayName:
                reply.Fail(RequestFailure.InvalidState("join first"));
                break;
            default:
                // Owns(…) has answered.
                break;
        }
    }

    private void CreateTransport(ClientRequest.CreateWebRtcTransport create, ClientReply reply)
    {
        if (_state.Transports.Count >= _options.MaxTransportsPerSession)
        {
            reply.Fail(RequestFailure.TooMany($"a session may have {_options.MaxTransportsPerSession} transports"));
            return;
        }

        var transportOptions = create.ForceTcp
            ? WebRtcTransportOptions.Default with { EnableUdp = false, EnableTcp = true }
            : WebRtcTransportOptions.Default;
        AskPatiently<TransportCreated>(
            id => new RouterProtocol.CreateWebRtcTransport(id, _key.RouterId, transportOptions, _key.PeerId, Self, _options.Region, _options.Zone)
            {
                Avoid = _lostNodes,
            },
            created =>
            {
                _state.Transports.Add(created.TransportId, new SessionTransport(create.Consuming, created.Transport));
                reply.Succeed(writer => SignalingJson.Transport(writer, created));
                if (create.Consuming)
                {
                    TraceDownlink(created.TransportId);
                }

                ConsumeOffered();
            },
            reply.Fail);
    }

    /// <summary>
    /// A client cannot repeat it, so that the session does where question or answer was lost. That the transport is connected then means that only
    /// the answer was.
    /// </summary>
    private void Connect(ClientRequest.ConnectWebRtcTransport connect, ClientReply reply, bool isRepeated = false) => Ask<TransportConnected>(
        id => new RouterProtocol.ConnectWebRtcTransport(id, _key.RouterId, connect.TransportId, connect.DtlsParameters),
        _ => reply.Succeed(),
        failure =>
        {
            if (failure == RequestFailure.Lost && _state.Transports.ContainsKey(connect.TransportId))
            {
                Connect(connect, reply, isRepeated: true);
            }
            else if (isRepeated && failure.Code == RequestFailure.Conflict)
            {
                reply.Succeed();
            }
            else
            {
                reply.Fail(failure);
            }
        });

    private void TraceDownlink(TransportId transport) => AskQuietly(
        id => new RouterProtocol.EnableTransportTrace(id, _key.RouterId, transport, MediaTraceTypes.Bwe), "Tracing the estimate of the downlink");

    private void SetPaused(ConsumerId id, bool paused) => _state.Consumers[id] = _state.Consumers[id] with { Paused = paused };

    private void Join(ClientRequest.Join join, ClientReply reply)
    {
        if (_joined != JoinState.No)
        {
            reply.Fail(RequestFailure.InvalidState("already joined"));
            return;
        }

        _joined = JoinState.Asked;
        AskPatiently<PeerAttached>(
            id => new PeerProtocol.AttachPeer(
                id, _key.RouterId, _key.PeerId, join.DisplayName, join.Device, JsonText.EmptyObject, Self, join.RtpCapabilities),
            attached =>
            {
                _joined = JoinState.Yes;
                _room = Sender;
                foreach (var peer in attached.Peers)
                {
                    _state.Peers[peer.PeerId] = peer;
                }

                foreach (var producer in attached.Producers)
                {
                    _state.Offered.TryAdd(producer.ProducerId, null);
                }

                _consumes = join.RtpCapabilities is not null;
                _join = join;

                reply.Succeed(writer =>
                {
                    writer.WriteStartObject();
                    SignalingJson.Peers(writer, attached.Peers);
                    writer.WriteString("resumeToken", _resumeToken);
                    writer.WriteEndObject();
                });
                ObserveVoices();
                ConsumeOffered();
            },
            failure =>
            {
                _joined = JoinState.No;
                reply.Fail(failure);
            });
    }

    private void Produce(ClientRequest.Produce produce, ClientReply reply)
    {
        if (_joined != JoinState.Yes)
        {
            reply.Fail(RequestFailure.InvalidState("join first"));
            return;
        }

        if (_state.Producers.Count >= _options.MaxProducersPerSession)
        {
            reply.Fail(RequestFailure.TooMany($"a session may have {_options.MaxProducersPerSession} Producers"));
            return;
        }

        Ask<Produced>(
            id => new RouterProtocol.Produce(
                id, _key.RouterId, produce.TransportId, produce.Kind, produce.RtpParameters, produce.AppData),
            produced =>
            {
                _state.Producers.Add(produced.ProducerId, new SessionProducer(produce.TransportId));
                if (produce.Kind == MediaKind.Audio)
                {
                    _state.Voices.Add(produced.ProducerId);
                    AddVoice(produced.ProducerId);
                }

                reply.Succeed(writer => SignalingJson.Id(writer, "id", produced.ProducerId.Value));
            },
            reply.Fail);
    }

    /// <summary>The client is back: Producers that it dropped meanwhile close, and it is told what it has missed.</summary>
    private void CatchUp(ClientRequest.ResumeSession resume, ClientReply reply)
    {
        if (_joined != JoinState.Yes || resume.Token != _resumeToken)
        {
            reply.Fail(RequestFailure.NotFound("there is no such session any more"));
            return;
        }

        foreach (var dropped in _state.Producers.Keys.Where(id => !resume.Producers.Contains(id.Value)).ToArray())
        {
            _state.Producers.Remove(dropped);
            AskQuietly(id => new RouterProtocol.CloseProducer(id, _key.RouterId, dropped), "Closing a dropped Producer");
        }

        reply.Succeed(writer =>
        {
            writer.WriteStartObject();
            SignalingJson.Peers(writer, _state.Peers.Values);
            writer.WriteStartArray("producers");
            foreach (var producer in _state.Producers.Keys)
            {
                writer.WriteStringValue(producer.Value);
            }

            writer.WriteEndArray();
            writer.WriteStartArray("consumers");
            foreach (var (id, consumer) in _state.Consumers)
            {
                writer.WriteStartObject();
                writer.WriteString("id", id.Value);
                writer.WriteBoolean("producerPaused", consumer.Announcement.ProducerPaused);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });

        foreach (var consumer in _state.Consumers.Values)
        {
            if (!resume.Consumers.Contains(consumer.Announcement.ConsumerId.Value))
            {
                Announce(consumer.Announcement.ConsumerId);
            }
            else if (!consumer.Accepted)
            {
                Accept(consumer.Announcement.ConsumerId);
            }
            else
            {
                NotifyQuality(consumer.Announcement.ConsumerId, consumer);
            }
        }

        ConsumeOffered();
    }

    private void AskDone(Func<long, IRouterMessage> request, ClientReply reply) => Ask<Done>(request, _ => reply.Succeed(), reply.Fail);

    private void AskStats(Func<long, IRouterMessage> request, ClientReply reply) =>
        Ask<Stats>(request, stats => reply.Succeed(writer => SignalingJson.Stats(writer, stats.Entries)), reply.Fail);

    private bool Owns(TransportId id, ClientReply reply) => Owned(_state.Transports.ContainsKey(id), "transport", id.Value, reply);

    private bool Owns(ProducerId id, ClientReply reply) => Owned(_state.Producers.ContainsKey(id), "Producer", id.Value, reply);

    private bool Owns(ConsumerId id, ClientReply reply) => Owned(_state.Consumers.ContainsKey(id), "Consumer", id.Value, reply);

    private static bool Owned(bool owned, string what, string id, ClientReply reply)
    {
        if (!owned)
        {
            reply.Fail(RequestFailure.NotFound($"this session has no {what} '{id}'"));
        }

        return owned;
    }
}
