namespace Sfu.Actors.Protocol;

/// <summary>Something that subscribers of a WebRtcServer are told.</summary>
public interface IWebRtcServerEvent : IEvent
{
    ServerId ServerId { get; }
}
