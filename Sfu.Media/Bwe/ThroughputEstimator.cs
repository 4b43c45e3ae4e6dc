namespace Sfu.Media.Bwe;

/// <summary>
/// What arrives, from the packets that feedback tells of: bytes over the time in which they came, and over the time in which they left,
/// whichever is less. A gap in the feedback or in the application's sending counts once. Media thread only.
/// </summary>
internal sealed class ThroughputEstimator(long windowUs = ThroughputEstimator.DefaultWindowUs)
{
    public const long DefaultWindowUs = 400_000;

    private const int MinPackets = 10;
    private const long RecentUs = 150_000;
    private const int RecentPackets = 4;
    private const int MaxPackets = 512;
    private const int InitialPackets = 32;
    private const long MaxWindowUs = 2_000_000;

    private Entry[] _ring = [];
    private int _first;
    private int _count;

    /// <summary>In bit/s; 0 while too little is known.</summary>
    public long BitsPerSecond { get; private set; }

    public void Add(in PacketResult packet)
    {
        if (_count > 0 && packet.ArrivalUs < At(_count - 1).ArrivalUs - MaxWindowUs)
        {
            // The receiver's clock was set back.
            _count = 0;
        }

        if (_count == _ring.Length)
        {
            if (_count < MaxPackets)
            {
                Grow();
            }
            else
            {
                DropFirst();
            }
        }

        At(_count) = new Entry(packet.SendUs, packet.ArrivalUs, packet.Size);
        _count++;
        while (_count > MinPackets && packet.ArrivalUs - At(0).ArrivalUs > windowUs)
        {
            DropFirst();
        }

        while (_count > 0 && packet.ArrivalUs - At(0).ArrivalUs > MaxWindowUs)
        {
            DropFirst();
        }
    }

    /// <summary>
    /// What came in the last moment: where a queue stands, that is what the path carries now, whatever it carried before. The longer
    /// window's value while too little came.
    /// </summary>
    public long RecentBitsPerSecond()
    {
        var first = _count;
        while (first > 0 && At(_count - 1).ArrivalUs - At(first - 1).ArrivalUs <= RecentUs)
        {
            first--;
        }

        if (_count - first < RecentPackets)
        {
            return BitsPerSecond;
        }

        var bytes = 0L;
        for (var i = first + 1; i < _count; i++)
        {
            bytes += At(i).Size;
        }

        return bytes * 8_000_000 / Math.Max(1000, At(_count - 1).ArrivalUs - At(first).ArrivalUs);
    }

    /// <summary>To be called once after each feedback.</summary>
    public void Update()
    {
        if (_count < MinPackets)
        {
            return;
        }

        ref var first = ref At(0);
        long minSend = first.SendUs, maxSend = minSend, minArrival = first.ArrivalUs, maxArrival = minArrival;
        long bytes = first.Size, largestGap = 0, secondGap = 0, previous = minArrival;
        int firstArrived = first.Size, lastSent = first.Size;
        for (var i = 1; i < _count; i++)
        {
            ref var entry = ref At(i);
            bytes += entry.Size;
            if (entry.SendUs >= maxSend)
            {
                maxSend = entry.SendUs;
                lastSent = entry.Size;
            }

            minSend = Math.Min(minSend, entry.SendUs);
            if (entry.ArrivalUs < minArrival)
            {
                minArrival = entry.ArrivalUs;
                firstArrived = entry.Size;
            }

            maxArrival = Math.Max(maxArrival, entry.ArrivalUs);
            var gap = entry.ArrivalUs - previous;
            previous = Math.Max(previous, entry.ArrivalUs);
            if (gap > largestGap)
            {
                (largestGap, secondGap) = (gap, largestGap);
            }
            else
            {
                secondGap = Math.Max(secondGap, gap);
            }
        }

        var arrivalUs = Math.Max(1000, maxArrival - minArrival - largestGap + secondGap);
        var sendUs = Math.Max(1000, maxSend - minSend);
        var arriving = (bytes - firstArrived) * 8_000_000 / arrivalUs;
        var leaving = (bytes - lastSent) * 8_000_000 / sendUs;
        BitsPerSecond = Math.Min(arriving, leaving);
    }

    private ref Entry At(int index) => ref _ring[(_first + index) & (_ring.Length - 1)];

    private void DropFirst()
    {
        _first = (_first + 1) & (_ring.Length - 1);
        _count--;
    }

    private void Grow()
    {
        var grown = new Entry[Math.Max(InitialPackets, _ring.Length * 2)];
        for (var i = 0; i < _count; i++)
        {
            grown[i] = At(i);
        }

        _ring = grown;
        _first = 0;
    }

    private readonly record struct Entry(long SendUs, long ArrivalUs, int Size);
}
