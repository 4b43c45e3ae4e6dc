namespace Sfu.Actors.Protocol;

/// <summary>A request about one transport. Those that concern the transport alone may also go straight to its actor (<see cref="TransportCreated.Transport"/>).</summary>
public interface ITransportRequest : IRouterMessage, IRequest
{
    TransportId TransportId { get; }
}

/// <summary>A request about one Producer.</summary>
public interface IProducerRequest : IRouterMessage, IRequest
{
    ProducerId ProducerId { get; }
}

/// <summary>A request about one Consumer.</summary>
public interface IConsumerRequest : IRouterMessage, IRequest
{
    ConsumerId ConsumerId { get; }
}
