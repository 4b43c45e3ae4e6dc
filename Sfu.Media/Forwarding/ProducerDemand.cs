using Sfu.Media.Control;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Which encodings of a producer that comes by a pipe are wanted on this node, and what has been told of it. More is told at once; less when
/// it has lasted, so that a client that goes to and fro between two layers does not stop and start a stream each time. Media thread only, of the
/// producer's transport.
/// </summary>
internal sealed class ProducerDemand(MediaProducer producer)
{
    private const long LingerUs = 1_000_000;

    private readonly List<(ConsumerGroup Group, int Encodings)> _groups = [];
    private int _told;

    /// <summary>When <see cref="OnTime"/> has something to do.</summary>
    public MediaTime NextTimeout { get; private set; } = MediaTime.Never;

    /// <summary>What the consumers on one engine want together.</summary>
    public void Set(ConsumerGroup group, int encodings, MediaTime now)
    {
        var place = _groups.FindIndex(entry => entry.Group == group);
        if (place >= 0)
        {
            _groups[place] = (group, encodings);
        }
        else
        {
            _groups.Add((group, encodings));
        }

        Decide(now);
    }

    public void Remove(ConsumerGroup group, MediaTime now)
    {
        _groups.RemoveAll(entry => entry.Group == group);
        Decide(now);
    }

    public void OnTime(MediaTime now)
    {
        if (NextTimeout <= now)
        {
            NextTimeout = MediaTime.Never;
            Tell(Wanted());
        }
    }

    private int Wanted()
    {
        var wanted = 0;
        foreach (var (_, encodings) in _groups)
        {
            wanted |= encodings;
        }

        return wanted;
    }

    private void Decide(MediaTime now)
    {
        var wanted = Wanted();
        Tell(_told | wanted);
        if (_told == wanted)
        {
            NextTimeout = MediaTime.Never;
        }
        else if (NextTimeout == MediaTime.Never)
        {
            NextTimeout = now.PlusUs(LingerUs);
            producer.Transport.WakeBy(NextTimeout);
        }
    }

    private void Tell(int encodings)
    {
        if (encodings != _told)
        {
            _told = encodings;
            producer.Transport.Events.ProducerDemandChanged(producer.Handle, encodings);
        }
    }
}
