using Sfu.Actors.Protocol;

namespace Sfu.Actors.Pipes;

/// <summary>A Producer that is to cross a pipe.</summary>
/// <param name="ProducerId">Which.</param>
/// <param name="Encodings">Bit i: encoding i is wanted now.</param>
/// <param name="IsKnown">The inlet has heard in which streams it comes.</param>
/// <param name="Targets">The decode targets of these that are wanted now (<c>WantedLayers.Targets</c>); 0, as an older inlet has it: all.</param>
internal sealed record WantedProducer(ProducerId ProducerId, int Encodings, bool IsKnown, int Targets);
