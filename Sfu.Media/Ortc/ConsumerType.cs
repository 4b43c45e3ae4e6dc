using System.Text.Json.Serialization;

namespace Sfu.Media.Ortc;

/// <summary>How a Consumer forwards its Producer. Wire names <c>simple</c>, <c>simulcast</c>, <c>svc</c>, <c>pipe</c>.</summary>
[JsonConverter(typeof(ConsumerTypeConverter))]
public enum ConsumerType
{
    Simple,
    Simulcast,
    Svc,

    /// <summary>All streams verbatim, to another Router.</summary>
    Pipe,
}

/// <summary>The wire names of <see cref="ConsumerType"/>.</summary>
public sealed class ConsumerTypeConverter() : WireNameConverter<ConsumerType>("simple", "simulcast", "svc", "pipe");
