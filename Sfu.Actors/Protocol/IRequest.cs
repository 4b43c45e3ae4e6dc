namespace Sfu.Actors.Protocol;

/// <summary>
/// Asks for something. It is answered exactly once, with an <see cref="IReply"/> that carries the same <see cref="RequestId"/> and goes
/// to the message's sender, also when it races with a closing: then with <see cref="Rejected"/> and <see cref="SfuErrorCode.Closed"/>.
/// Loss of a whole node is the exception that the asker sees as an event instead.
/// </summary>
public interface IRequest
{
    /// <summary>Chosen by the asker, who tells its own requests apart by it. Means nothing to anybody else.</summary>
    long RequestId { get; }
}

/// <summary>A request whose replies are <typeparamref name="TReply"/>: one type of success and <see cref="Rejected"/>.</summary>
public interface IRequest<TReply> : IRequest
    where TReply : IReply;
