using Sfu.Media.Codecs;
using Sfu.Media.Control;
using Sfu.Media.Rtcp;
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

    // Each encoding of simulcast can be had until the other end tells that it cannot.
    private byte _offered = producer.IsSimulcast ? (byte)((1 << Math.Min(producer.Encodings.Length, FrameLayers.MaxSpatialLayers)) - 1) : (byte)0;

    /// <summary>When <see cref="OnTime"/> has something to do.</summary>
    public MediaTime NextTimeout { get; private set; } = MediaTime.Never;

    /// <summary>There are consumers on one engine more.</summary>
    public void Welcome(ConsumerGroup group)
    {
        _groups.Add((group, 0));
        if (_offered != 0)
        {
            Offer(group, _offered);
        }
    }

    /// <summary>The other end of the pipe tells what an encoding takes, whether it comes or not.</summary>
    public void OnAnnounced(int encoding, in LayerAnnouncement announcement)
    {
        if (!producer.IsSimulcast)
        {
            return;
        }

        var comes = false;
        for (var temporal = 0; temporal < LayerAnnouncement.Layers; temporal++)
        {
            var bitrate = announcement.BitrateOf(temporal);
            producer.KnownRates.Announce(encoding, temporal, bitrate);
            comes |= bitrate > 0;
        }

        // Each time, also when it is no news: a group may have given up what it waited for.
        _offered = (byte)(comes ? _offered | (1 << encoding) : _offered & ~(1 << encoding));
        for (var i = _groups.Count - 1; i >= 0; i--)
        {
            // A group on this engine answers at once with what it wants now.
            Offer(_groups[i].Group, _offered);
        }
    }

    /// <summary>What the consumers on one engine want together.</summary>
    public void Set(ConsumerGroup group, int encodings, MediaTime now)
    {
        var place = _groups.FindIndex(entry => entry.Group == group);
        if (place >= 0 && !producer.IsClosed)
        {
            _groups[place] = (group, encodings);
            Decide(now);
        }
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

    private void Offer(ConsumerGroup group, byte encodings) =>
        producer.Transport.Engine.On(group.Home, engine => group.Offer(encodings, engine.Now));

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
