using System.Text.Json.Serialization.Metadata;
using Sfu.Media.Control;

namespace Sfu.Media.Remote;

/// <summary>What a method of the seam takes: a value, or who is told of what comes of it, who crosses as a number.</summary>
internal sealed class SeamParameter(Type type)
{
    /// <summary>The interface of who is told; null for a value.</summary>
    public Type? Listener { get; } =
        type == typeof(IServerEvents) || type == typeof(ITransportEvents) || type == typeof(IMediaPlaneEvents) ? type : null;

    public JsonTypeInfo Json => field ??= SeamJson.Options.GetTypeInfo(type);
}
