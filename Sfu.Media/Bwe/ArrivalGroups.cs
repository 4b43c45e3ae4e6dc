namespace Sfu.Media.Bwe;

/// <summary>
/// Gathers packets that left together into groups and tells how the distance between two groups changed on the way: what a single packet's
/// jitter and a burst of the sender would say about the queue is no news of it. Media thread only.
/// </summary>
internal sealed class ArrivalGroups
{
    private const long GroupUs = 5_000;
    private const long MaxBurstUs = 100_000;
    private const int MaxReordered = 3;
    private const long MaxClockJumpUs = 3_000_000;

    private Group _current;
    private Group _previous;
    private int _reordered;

    /// <summary>One more packet arrived, in about the order of sending.</summary>
    /// <param name="packet">A received one.</param>
    /// <param name="sendDeltaUs">Between the last packets of two groups, when they left.</param>
    /// <param name="arrivalDeltaUs">Likewise, when they arrived.</param>
    /// <returns>True when it begins a group, and two earlier groups are complete.</returns>
    public bool TryAdd(in PacketResult packet, out long sendDeltaUs, out long arrivalDeltaUs)
    {
        sendDeltaUs = 0;
        arrivalDeltaUs = 0;
        if (!_current.IsUsed)
        {
            _current = Group.Of(packet);
            return false;
        }

        if (packet.SendUs < _current.FirstSendUs)
        {
            // Out of order: its group is complete.
            return false;
        }

        if (!StartsGroup(packet))
        {
            _current.LastSendUs = Math.Max(_current.LastSendUs, packet.SendUs);
            _current.LastArrivalUs = Math.Max(_current.LastArrivalUs, packet.ArrivalUs);
            return false;
        }

        var complete = _previous.IsUsed && TryCompare(out sendDeltaUs, out arrivalDeltaUs);
        _previous = _current.IsUsed ? _current : _previous;
        _current = Group.Of(packet);
        return complete;
    }

    public void Reset()
    {
        _current = default;
        _previous = default;
        _reordered = 0;
    }

    private bool TryCompare(out long sendDeltaUs, out long arrivalDeltaUs)
    {
        sendDeltaUs = _current.LastSendUs - _previous.LastSendUs;
        arrivalDeltaUs = _current.LastArrivalUs - _previous.LastArrivalUs;
        if (Math.Abs(arrivalDeltaUs - sendDeltaUs) >= MaxClockJumpUs)
        {
            // The receiver's clock was set.
            Reset();
            return false;
        }

        if (arrivalDeltaUs < 0)
        {
            if (++_reordered >= MaxReordered)
            {
                Reset();
            }

            return false;
        }

        _reordered = 0;
        return true;
    }

    private bool StartsGroup(in PacketResult packet)
    {
        // What arrives in one go though it did not leave so waited somewhere together, and says nothing about the queue meanwhile.
        var sendDelta = packet.SendUs - _current.LastSendUs;
        var arrivalDelta = packet.ArrivalUs - _current.LastArrivalUs;
        if (sendDelta == 0
            || (arrivalDelta < sendDelta && arrivalDelta is >= 0 and <= GroupUs && packet.ArrivalUs - _current.FirstArrivalUs < MaxBurstUs))
        {
            return false;
        }

        return packet.SendUs - _current.FirstSendUs > GroupUs;
    }

    private struct Group
    {
        public long FirstSendUs;
        public long LastSendUs;
        public long FirstArrivalUs;
        public long LastArrivalUs;
        public bool IsUsed;

        public static Group Of(in PacketResult packet) => new()
        {
            FirstSendUs = packet.SendUs,
            LastSendUs = packet.SendUs,
            FirstArrivalUs = packet.ArrivalUs,
            LastArrivalUs = packet.ArrivalUs,
            IsUsed = true,
        };
    }
}
