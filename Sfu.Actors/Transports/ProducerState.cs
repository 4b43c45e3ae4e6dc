using Sfu.Actors.Routing;
using Sfu.Media.Control;

namespace Sfu.Actors.Transports;

/// <summary>A Producer as its transport holds it.</summary>
internal sealed record ProducerState(ProducerRecord Record, ProducerHandle Handle);
