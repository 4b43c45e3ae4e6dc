using System.Collections.Immutable;
using Sfu.Actors.Protocol;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Routing;

/// <summary>What makes a Router the one it is. Each branch keeps a copy, so that the Router's next incarnation is the same Router.</summary>
/// <param name="MediaCodecs">What it was created with.</param>
/// <param name="Explicit">Created by <see cref="RouterProtocol.CreateRouter"/>: stays until it is closed, also when it is empty.</param>
/// <param name="AppData">The creator's.</param>
internal sealed record RouterSetup(ImmutableArray<RtpCodecCapability> MediaCodecs, bool Explicit, JsonText AppData);
