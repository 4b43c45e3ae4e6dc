namespace Sfu.Actors.Protocol;

/// <summary>A request to one node: for its actor there (key <c>SfuNode</c>), or from anywhere by <see cref="ClusterProtocol.AskNode"/>.</summary>
public interface INodeRequest : IWireMessage, IRequest;
