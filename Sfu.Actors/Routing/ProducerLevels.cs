using System.Collections.Immutable;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>How loud a Producer's packets since the last report were, in their order: 0 (loudest) … 127 (silence).</summary>
internal sealed record ProducerLevels(ProducerId ProducerId, ImmutableArray<byte> Levels);
