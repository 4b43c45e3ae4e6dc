using Sfu.Actors.Hosting;
using Sfu.Actors.Routing;
using Sfu.Media.Control;

namespace Sfu.Actors.Node;

/// <summary>What the actors of one node share. Immutable; any thread.</summary>
internal sealed record NodeContext(IMediaPlane Media, SfuNodeOptions Options, RouterOrtc Ortc);
