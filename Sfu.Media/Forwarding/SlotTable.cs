namespace Sfu.Media.Forwarding;

/// <summary>
/// Objects by handle: a slot and the generation that must match, so that a handle which outlived its object finds nothing.
/// Media thread only.
/// </summary>
internal sealed class SlotTable<T>
    where T : class
{
    private (uint Generation, T? Item)[] _slots = new (uint, T?)[64];

    public int Count { get; private set; }

    public T? this[int slot, uint generation] =>
        (uint)slot < (uint)_slots.Length && _slots[slot].Generation == generation ? _slots[slot].Item : null;

    /// <summary>All items, in slot order. The table must not change meanwhile.</summary>
    public IEnumerable<T> Items
    {
        get
        {
            foreach (var (_, item) in _slots)
            {
                if (item is not null)
                {
                    yield return item;
                }
            }
        }
    }

    public void Set(int slot, uint generation, T item)
    {
        if (slot >= _slots.Length)
        {
            Array.Resize(ref _slots, Math.Max(slot + 1, _slots.Length * 2));
        }

        if (_slots[slot].Item is not null)
        {
            throw new InvalidOperationException("The handle is in use.");
        }

        _slots[slot] = (generation, item);
        Count++;
    }

    public void Remove(int slot, uint generation)
    {
        if (this[slot, generation] is not null)
        {
            _slots[slot].Item = null;
            Count--;
        }
    }
}
