using System.Text.Json;

namespace Sfu.Host.Signaling;

/// <summary>One frame of the <c>protoo</c> sub-protocol.</summary>
internal abstract record ProtooMessage
{
    private ProtooMessage()
    {
    }

    /// <summary>Wants one <see cref="Response"/> with the same id.</summary>
    public sealed record Request(long Id, string Method, JsonElement Data) : ProtooMessage
    {
        /// <summary>The memory that <see cref="Data"/> lies in. Whoever reads it last gives it back; if nobody does, the collector has more to do.</summary>
        public IDisposable? Memory { get; init; }
    }

    /// <summary>Answers a request of ours.</summary>
    public sealed record Response(long Id, bool Ok, string? ErrorReason) : ProtooMessage;

    /// <summary>Says something and wants no answer.</summary>
    public sealed record Notification(string Method) : ProtooMessage;

    /// <summary>Not a message of the protocol. The id is there when it could be made out, so that the sender can be answered.</summary>
    public sealed record Malformed(long? Id, string Reason) : ProtooMessage;
}
