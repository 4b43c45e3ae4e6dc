namespace Sfu.Actors.Protocol;

/// <summary>A request about one observer.</summary>
public interface IObserverRequest : IRouterMessage, IRequest
{
    ObserverId ObserverId { get; }
}
