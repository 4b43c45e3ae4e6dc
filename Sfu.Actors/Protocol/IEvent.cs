namespace Sfu.Actors.Protocol;

/// <summary>Something that is told without being asked for, to whoever has said that it wants to know.</summary>
public interface IEvent : IWireMessage;
