using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Control;

namespace Sfu.Actors.Transports;

/// <summary>A Producer as its transport holds it.</summary>
internal sealed record ProducerState(ProducerRecord Record, ProducerHandle Handle, ProducerQuality? Quality = null)
{
    public ProducerId Id => Record.ProducerId;

    /// <summary>What is known of it, also when that is nothing.</summary>
    public ProducerQuality Known => Quality ?? ProducerQuality.Unknown;

    public TransportProducerDump Dump() => new(Id, Record.Kind, Record.Type, Record.Paused, Known.Scores, Known.Orientation, Known.Traced, !Record.Open);
}
