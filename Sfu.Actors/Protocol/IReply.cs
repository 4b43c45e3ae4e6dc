namespace Sfu.Actors.Protocol;

/// <summary>The one answer to an <see cref="IRequest"/>.</summary>
public interface IReply
{
    /// <summary>The request's.</summary>
    long RequestId { get; }
}

/// <summary>A reply that may cross nodes.</summary>
public interface IWireReply : IReply, IWireMessage;
