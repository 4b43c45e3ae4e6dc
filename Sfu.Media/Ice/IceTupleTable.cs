using Sfu.Media.Wire;

namespace Sfu.Media.Ice;

/// <summary>
/// The tuples of one agent, oldest first, and which of them is selected. Media thread only. A handful of entries, so
/// searching compares values along an array; no hash can take two paths for one.
/// </summary>
internal sealed class IceTupleTable
{
    private IceTuple[] _tuples = [];

    public int Count { get; private set; }

    /// <summary>Index of the selected tuple, −1 when there is none.</summary>
    public int Selected { get; private set; } = -1;

    public TransportTuple? SelectedTuple => Selected < 0 ? null : _tuples[Selected].Tuple;

    public ref IceTuple this[int index] => ref _tuples[index];

    /// <summary>−1 when it is not there. The selected tuple, which carries the media, is found at once.</summary>
    public int Find(in TransportTuple tuple)
    {
        if (Selected >= 0 && _tuples[Selected].Tuple.Equals(tuple))
        {
            return Selected;
        }

        for (var i = 0; i < Count; i++)
        {
            if (_tuples[i].Tuple.Equals(tuple))
            {
                return i;
            }
        }

        return -1;
    }

    public int Add(in TransportTuple tuple)
    {
        if (Count == _tuples.Length)
        {
            Array.Resize(ref _tuples, Math.Max(2, Count * 2));
        }

        _tuples[Count] = new IceTuple { Tuple = tuple };
        return Count++;
    }

    public void RemoveAt(int index)
    {
        Array.Copy(_tuples, index + 1, _tuples, index, Count - index - 1);
        _tuples[--Count] = default;
        if (Selected == index)
        {
            Selected = -1;
        }
        else if (Selected > index)
        {
            Selected--;
        }
    }

    public void Clear()
    {
        Array.Clear(_tuples);
        Count = 0;
        Selected = -1;
    }

    /// <param name="index">−1 selects none.</param>
    public void Select(int index) => Selected = index;

    /// <summary>The least recently active tuple that is not selected, the oldest of equals; −1 when there is none.</summary>
    public int LeastRecentlyActiveUnselected()
    {
        var found = -1;
        for (var i = 0; i < Count; i++)
        {
            if (i != Selected && (found < 0 || _tuples[i].LastActive < _tuples[found].LastActive))
            {
                found = i;
            }
        }

        return found;
    }

    /// <summary>The most recently active tuple, the newest of equals; −1 when the table is empty.</summary>
    public int MostRecentlyActive()
    {
        var found = -1;
        for (var i = 0; i < Count; i++)
        {
            if (found < 0 || _tuples[i].LastActive >= _tuples[found].LastActive)
            {
                found = i;
            }
        }

        return found;
    }

    public MediaTime NextConsentDeadline()
    {
        var next = MediaTime.Never;
        for (var i = 0; i < Count; i++)
        {
            next = MediaTime.Min(next, _tuples[i].ConsentDeadline);
        }

        return next;
    }

    public TransportTuple[] ToArray()
    {
        var copy = new TransportTuple[Count];
        for (var i = 0; i < copy.Length; i++)
        {
            copy[i] = _tuples[i].Tuple;
        }

        return copy;
    }
}
