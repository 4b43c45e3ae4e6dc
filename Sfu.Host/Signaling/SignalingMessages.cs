using Akka.Actor;

namespace Sfu.Host.Signaling;

/// <summary>What connections, gateway and sessions tell each other. They never leave the node.</summary>
internal static class SignalingMessages
{
    /// <summary>To the gateway: a client has opened its WebSocket and sent its first message.</summary>
    public sealed record Connect(SessionKey Key, IClientConnection Connection, ProtooMessage First) : INoSerializationVerificationNeeded;

    /// <summary>To a session: a message of its client. Released on the connection when it is dealt with.</summary>
    public sealed record Received(IClientConnection Connection, ProtooMessage Message) : INoSerializationVerificationNeeded;

    /// <summary>To a session: its WebSocket is gone.</summary>
    public sealed record Disconnected(IClientConnection Connection, ConnectionEnd End) : INoSerializationVerificationNeeded;

    /// <summary>To a session: its client may be back. The session takes the connection, or tells the gateway <see cref="ResumeRefused"/>.</summary>
    public sealed record Resume(SessionKey Key, IClientConnection Connection, ProtooMessage.Request Request, ClientRequest.ResumeSession Details)
        : INoSerializationVerificationNeeded;

    /// <summary>To the gateway.</summary>
    public sealed record ResumeRefused(SessionKey Key, IClientConnection Connection, ProtooMessage First) : INoSerializationVerificationNeeded;

    /// <summary>To a session: whatever lives on that node is lost.</summary>
    public sealed record NodeUnreachable(Address Node) : INoSerializationVerificationNeeded;

    /// <summary>To a session: that node answers again.</summary>
    public sealed record NodeForgiven(Address Node) : INoSerializationVerificationNeeded;

    /// <summary>To a session: that node is no member any more. Its Routers live elsewhere from now on, and its address may be another node's.</summary>
    public sealed record NodeRemoved(Address Node) : INoSerializationVerificationNeeded;

    /// <summary>To a session: a connection to that node broke, and what was on its way may be lost.</summary>
    public sealed record ConnectionBroke(Address Node) : INoSerializationVerificationNeeded;

    /// <summary>To a session: end with this close frame.</summary>
    public sealed record End(int CloseCode, string Reason) : INoSerializationVerificationNeeded;

    /// <summary>To the gateway: end all sessions and take no more. Answered with <see cref="AllEnded"/>.</summary>
    public sealed record EndAll : INoSerializationVerificationNeeded
    {
        public static readonly EndAll Instance = new();
    }

    public sealed record AllEnded : INoSerializationVerificationNeeded
    {
        public static readonly AllEnded Instance = new();
    }

    /// <summary>To the gateway; answered with <see cref="SessionCount"/>.</summary>
    public sealed record GetSessionCount : INoSerializationVerificationNeeded
    {
        public static readonly GetSessionCount Instance = new();
    }

    public sealed record SessionCount(int Count) : INoSerializationVerificationNeeded;
}
