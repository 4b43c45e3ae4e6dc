namespace Sfu.Host.Composition;

/// <summary>Registry key of the actor that keeps this node's signalling sessions. Only where the role <c>gateway</c> is.</summary>
internal sealed class SignalingGateway
{
    private SignalingGateway()
    {
    }
}
