namespace Sfu.Actors.Protocol;

/// <summary>Something that a session is told without asking: as peer of a Router, or as owner of a transport.</summary>
public interface ISessionEvent : IEvent
{
    RouterId RouterId { get; }
}
