using Sfu.Media.Buffers;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// One producer's packets that consumers on one engine have sent and may have to send again: one reference to each, however many consumers.
/// Each consumer only notes under which numbers it has sent which (<see cref="SentPackets"/>). Media thread only.
/// </summary>
/// <param name="pool">Of the engine.</param>
/// <param name="maxAgeUs">How long a packet may be sent again after a consumer has sent it first, counted from the last one that did.</param>
/// <param name="capacity">Packets at most; then the oldest is given up early.</param>
internal sealed class KeptPackets(PacketPool pool, long maxAgeUs, int capacity)
{
    private const int InitialLength = 64;

    private int[] _ring = [];
    private int _first;

    public int Count { get; private set; }

    /// <summary>A consumer has sent the packet for the first time.</summary>
    public void Keep(int index, MediaTime now)
    {
        ref var until = ref pool.KeptUntil(index);
        var isNew = until == 0;
        until = Moment.Of(now.PlusUs(maxAgeUs));
        if (isNew)
        {
            EvictExpired(now);
            pool.AddReference(index);
            Append(index);
        }
    }

    /// <summary>Gives back what is too old. Keeping does it too; a timer does it for a stream that stopped.</summary>
    public void EvictExpired(MediaTime now)
    {
        while (Count > 0 && Moment.UsSince(pool.KeptUntil(_ring[_first]), now) > 0)
        {
            EvictFirst();
        }

        if (Count == 0 && _ring.Length > InitialLength)
        {
            _ring = [];
        }
    }

    /// <summary>Gives everything back.</summary>
    public void Clear()
    {
        while (Count > 0)
        {
            EvictFirst();
        }

        _ring = [];
    }

    private void Append(int index)
    {
        if (Count == capacity)
        {
            EvictFirst();
        }

        if (Count == _ring.Length)
        {
            Grow();
        }

        _ring[(_first + Count) & (_ring.Length - 1)] = index;
        Count++;
    }

    private void EvictFirst()
    {
        var index = _ring[_first];
        pool.KeptUntil(index) = 0;
        pool.Release(index);
        _first = (_first + 1) & (_ring.Length - 1);
        Count--;
    }

    private void Grow()
    {
        var old = _ring;
        _ring = new int[Math.Max(InitialLength, old.Length * 2)];
        for (var i = 0; i < Count; i++)
        {
            _ring[i] = old[(_first + i) & (old.Length - 1)];
        }

        _first = 0;
    }
}
