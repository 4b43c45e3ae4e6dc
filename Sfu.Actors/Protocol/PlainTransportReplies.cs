using Akka.Actor;
using Sfu.Media.Control;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Protocol;

/// <summary>What may answer <see cref="RouterProtocol.CreatePlainTransport"/> and <see cref="RouterProtocol.CreatePipeTransport"/>.</summary>
public interface ICreatePlainTransportReply : IWireReply;

/// <summary>What may answer <see cref="RouterProtocol.ConnectPlainTransport"/> and <see cref="RouterProtocol.ConnectPipeTransport"/>.</summary>
public interface IConnectPlainTransportReply : IWireReply;

/// <summary>What may answer <see cref="RouterProtocol.PipeToRouter"/>.</summary>
public interface IPipeToRouterReply : IWireReply;

/// <summary>A PlainTransport, or an end of a pipe, listens.</summary>
/// <param name="RequestId">The asker's.</param>
/// <param name="TransportId">The new transport.</param>
/// <param name="Transport">Its actor: to watch, and for requests that concern the transport alone.</param>
/// <param name="Tuple">Where RTP is awaited, and RTCP with it by default.</param>
/// <param name="RtcpTuple">Where RTCP is awaited; null: where RTP is.</param>
/// <param name="SrtpParameters">The key that this side protects with, for the other side; null: media is not protected.</param>
public sealed record PlainTransportCreated(
    long RequestId, TransportId TransportId, IActorRef Transport, LocalAddress Tuple, LocalAddress? RtcpTuple, SrtpParameters? SrtpParameters)
    : ICreatePlainTransportReply;

/// <param name="RequestId">The asker's.</param>
/// <param name="Tuple">The path of RTP; null with comedia, until something has come.</param>
/// <param name="RtcpTuple">The path of RTCP where it is not that of RTP.</param>
public sealed record PlainTransportConnected(long RequestId, TupleInfo? Tuple, TupleInfo? RtcpTuple) : IConnectPlainTransportReply;

/// <summary>The Producer is there in the target Router.</summary>
/// <param name="RequestId">The asker's.</param>
/// <param name="PipeConsumerId">What leaves the Router.</param>
/// <param name="PipeProducerId">What it is in the target Router.</param>
public sealed record PipedToRouter(long RequestId, ConsumerId PipeConsumerId, ProducerId PipeProducerId) : IPipeToRouterReply;
