using Sfu.Actors.Protocol;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Routing;

/// <summary>A Producer, as Router and branches keep it.</summary>
/// <param name="ProducerId">World-wide.</param>
/// <param name="TransportId">The transport that receives it, and dies with it.</param>
/// <param name="PeerId">Whose it is.</param>
/// <param name="Kind">Audio or video.</param>
/// <param name="Type">Simple, simulcast or SVC.</param>
/// <param name="Consumable">What Consumers start from.</param>
/// <param name="AppData">The producer's.</param>
/// <param name="Paused">Paused now.</param>
/// <param name="Open">The media plane has it; false until it answered. Only an open one has been announced.</param>
internal sealed record ProducerRecord(
    ProducerId ProducerId,
    TransportId TransportId,
    PeerId? PeerId,
    MediaKind Kind,
    ProducerType Type,
    RtpParameters Consumable,
    JsonText AppData,
    bool Paused,
    bool Open)
{
    public ProducerInfo Info => new(ProducerId, PeerId, Kind, Type, Paused, AppData);
}
