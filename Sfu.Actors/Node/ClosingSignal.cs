namespace Sfu.Actors.Node;

/// <summary>
/// Raised once by a parent before it tells its children to close, so that none of them takes another's end for its Producer's: the order
/// of closings across actors is not fixed. Any thread may read.
/// </summary>
internal sealed class ClosingSignal
{
    private volatile bool _raised;

    public bool IsRaised => _raised;

    public void Raise() => _raised = true;
}
