namespace Sfu.Actors.Node;

/// <summary>
/// The last ids that closed, so that a request which raced with the closing is answered with <c>Closed</c> and not as if there had never
/// been such a thing. Bounded: the oldest are forgotten.
/// </summary>
internal sealed class RecentIds
{
    private const int Capacity = 1024;

    private readonly Queue<string> _order = new();
    private readonly HashSet<string> _ids = [];

    public void Add(string id)
    {
        if (_ids.Add(id))
        {
            _order.Enqueue(id);
            if (_order.Count > Capacity)
            {
                _ids.Remove(_order.Dequeue());
            }
        }
    }

    public bool Contains(string id) => _ids.Contains(id);
}
