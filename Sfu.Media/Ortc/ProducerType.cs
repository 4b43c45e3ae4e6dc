using System.Text.Json.Serialization;

namespace Sfu.Media.Ortc;

/// <summary>How a Producer's encodings relate to one another. Wire names <c>simple</c>, <c>simulcast</c>, <c>svc</c>.</summary>
[JsonConverter(typeof(ProducerTypeConverter))]
public enum ProducerType
{
    /// <summary>One RTP stream of one spatial layer.</summary>
    Simple,

    /// <summary>Several RTP streams, one per spatial layer.</summary>
    Simulcast,

    /// <summary>One RTP stream with several layers inside.</summary>
    Svc,
}

/// <summary>The wire names of <see cref="ProducerType"/>.</summary>
public sealed class ProducerTypeConverter() : WireNameConverter<ProducerType>("simple", "simulcast", "svc");
