using Akka.Actor;

namespace Sfu.Host.Signaling;

/// <summary>A client's end as sessions see it. Any thread; nothing here blocks.</summary>
internal interface IClientConnection
{
    /// <summary>Queues a message. One that finds the queue full ends the connection.</summary>
    void Send(byte[] message);

    /// <summary>Sends what is queued and a close frame. Later messages are dropped.</summary>
    void Close(int code, string reason);

    /// <summary>Says who handles the messages from now on.</summary>
    void Assign(IActorRef session);

    /// <summary>Says that a message is dealt with, so that one more may be read.</summary>
    void Release();
}
