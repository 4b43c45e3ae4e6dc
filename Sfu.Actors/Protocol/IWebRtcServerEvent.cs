using Akka.Actor;

namespace Sfu.Actors.Protocol;

/// <summary>Something that subscribers of a WebRtcServer are told. Stays on the node.</summary>
public interface IWebRtcServerEvent : INoSerializationVerificationNeeded
{
    ServerId ServerId { get; }
}
