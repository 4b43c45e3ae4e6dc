namespace Sfu.Media.Ice;

/// <summary>
/// Delivers events in the order of the changes, one at a time, also when a listener's call into the agent causes more.
/// Media thread only. Holds memory only while something waits, which is rare: an agent's state changes a few times in its life.
/// </summary>
internal sealed class IceEventQueue(IIceListener listener)
{
    private IceEvent[] _events = [];
    private int _head;
    private int _count;
    private bool _delivering;

    public void Add(in IceEvent e)
    {
        if (_count == _events.Length)
        {
            Array.Resize(ref _events, Math.Max(2, _count * 2));
        }

        _events[_count++] = e;
    }

    /// <summary>Does nothing inside a delivery: the outer one comes to it. What a listener throws passes; the rest stays for the next call.</summary>
    public void Deliver()
    {
        if (_delivering)
        {
            return;
        }

        _delivering = true;
        try
        {
            while (_head < _count)
            {
                var next = _events[_head];
                _events[_head++] = default;
                next.DeliverTo(listener);
            }
        }
        finally
        {
            _delivering = false;
            if (_head == _count)
            {
                _head = 0;
                _count = 0;
                _events = [];
            }
        }
    }
}
