using System.Runtime.InteropServices;
using Sfu.Media.Codecs;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// The consumers of one producer that live on one engine. A packet of the producer goes to each group once, within the engine by a call
/// and to another engine by reference; the group's engine does the rest. The group's thread only.
/// </summary>
internal sealed class ConsumerGroup(MediaEngine engine, MediaProducer producer)
{
    private readonly List<MediaConsumer?> _consumers = []; // With holes only while packets are forwarded.
    private readonly List<ArrivedPacket> _arrived = [];
    private readonly SourceClock?[] _clocks = new SourceClock?[producer.Encodings.Length];
    private RecentPackets? _recent;
    private KeptPackets? _kept;
    private bool _forwarding;
    private int _leftWhileForwarding;
    private readonly GroupDemand? _demand = producer.Demand is null ? null : new GroupDemand();

    // Bit by encoding: a request is on its way to the producer's engine, and another one is to follow.
    private uint _asking;
    private uint _askAgain;

    /// <summary>Where the group lives. Any thread.</summary>
    public int Home => engine.Index;

    /// <summary>Any thread.</summary>
    public MediaProducer Producer => producer;

    /// <summary>Packets of a producer on another engine wait for <see cref="FanOut"/>.</summary>
    public bool HasArrived => _arrived.Count > 0;

    public int Count => _consumers.Count - _leftWhileForwarding;

    /// <summary>Which of the producer's spatial layers come.</summary>
    public LayerActivity Activity { get; } = Known(producer, engine.Now);

    /// <summary>The publisher's latest relation of wall clock and timestamps of one encoding; null before its first Sender Report.</summary>
    public SourceClock? ClockOf(int encoding) => (uint)encoding < (uint)_clocks.Length ? _clocks[encoding] : null;

    public void Add(MediaConsumer consumer)
    {
        consumer.PlaceInGroup = _consumers.Count;
        _consumers.Add(consumer);
    }

    /// <summary>The last one takes the place of the one that leaves: ten thousand that leave one by one never look for themselves.</summary>
    public void Remove(MediaConsumer consumer)
    {
        if (_forwarding)
        {
            // A place that is not filled keeps those that were served and those that were not apart.
            _consumers[consumer.PlaceInGroup] = null;
            _leftWhileForwarding++;
            return;
        }

        var last = _consumers[^1]!;
        _consumers[consumer.PlaceInGroup] = last;
        last.PlaceInGroup = consumer.PlaceInGroup;
        _consumers.RemoveAt(_consumers.Count - 1);
        EndWhenEmpty();
    }

    /// <summary>A packet came from the producer's engine, with its reference.</summary>
    public void Arrive(in ArrivedPacket packet) => _arrived.Add(packet);

    /// <summary>Sends the packets that came from the producer's engine.</summary>
    public void FanOut(MediaTime now)
    {
        Forward(CollectionsMarshal.AsSpan(_arrived), now);
        ReleaseArrived();
    }

    /// <summary>Sends packets to each consumer in turn.</summary>
    public void Forward(ReadOnlySpan<ArrivedPacket> packets, MediaTime now)
    {
        NoteLayers(packets, now);

        // A consumer that fails leaves, with others of its transport.
        _forwarding = true;
        var waiting = false;
        for (var i = _consumers.Count - 1; i >= 0; i--)
        {
            PrefetchBefore(i);
            if (_consumers[i] is not { } consumer)
            {
                continue;
            }

            try
            {
                foreach (ref readonly var arrived in packets)
                {
                    consumer.Forward(RtpPacket.FromParsed(engine.Pool.Packet(arrived.Index), arrived.HeaderLength, arrived.PaddingLength), arrived, now);
                }
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                engine.Faults.Of(consumer.Transport, e);
            }

            waiting |= consumer.WaitsForKeyFrame;
        }

        _forwarding = false;
        Remember(packets, waiting);
        if (_leftWhileForwarding > 0)
        {
            FillHoles();
        }
    }

    /// <summary>
    /// Asks the producer for a key frame of one encoding. One request at a time is on its way to another engine, and one more follows it if
    /// somebody asked meanwhile: a flood of requests is two.
    /// </summary>
    public void RequestKeyFrame(int encoding, MediaTime now)
    {
        if (producer.Transport.Home == Home && producer.Transport.Engine == engine)
        {
            producer.RequestKeyFrame(encoding, now);
            return;
        }

        var bit = 1U << encoding;
        if ((_asking & bit) != 0)
        {
            _askAgain |= bit;
            return;
        }

        _asking |= bit;
        Ask(encoding);
    }

    /// <summary>A consumer has started with a packet: what lies behind it and came before it follows.</summary>
    public void Replay(MediaConsumer consumer, in ArrivedPacket start, ushort sequence, MediaTime now) => _recent?.Replay(consumer, start, sequence, now);

    /// <summary>A consumer has sent a packet that it may have to send again.</summary>
    public void Keep(int index, MediaTime now)
    {
        _kept ??= ConsumerRepair.KeptOf(producer, engine.Pool);
        _kept.Keep(index, now);
    }

    /// <summary>Gives back what is too old to be sent again, also when nothing new comes.</summary>
    public void OnTime(MediaTime now) => _kept?.EvictExpired(now);

    /// <summary>The publisher reported.</summary>
    public void SetClock(SourceClock clock)
    {
        if (clock.Encoding < _clocks.Length)
        {
            _clocks[clock.Encoding] = clock;
        }
    }

    /// <summary>One consumer wants other decode targets than before, of a producer that gets here only what is wanted.</summary>
    public void NoteDemand(int before, int after)
    {
        var former = TargetSets.SpatialLayersOf(_demand?.Targets ?? 0);
        if (_demand?.Change(before, after) != true)
        {
            return;
        }

        var more = TargetSets.SpatialLayersOf(_demand.Targets) & ~former;
        for (var spatial = 0; spatial < FrameLayers.MaxSpatialLayers; spatial++)
        {
            if ((more & (1 << spatial)) != 0)
            {
                Activity.Expect(spatial, engine.Now);
            }
        }

        TellDemand(_demand.Targets);
    }

    /// <summary>The spatial layers that the producer could get here.</summary>
    public void Offer(byte layers, MediaTime now)
    {
        if (Activity.Offer(layers, now))
        {
            ChooseLayers(now);
        }
    }

    /// <summary>The producer sends again after a pause.</summary>
    public void OnProducerResumed(MediaTime now)
    {
        foreach (var consumer in _consumers)
        {
            consumer!.OnProducerResumed(now);
        }
    }

    /// <summary>The producer is gone, and its consumers with it.</summary>
    public void End()
    {
        for (var i = _consumers.Count - 1; i >= 0; i--)
        {
            if (_consumers[i] is { } consumer)
            {
                consumer.Close();
                consumer.Transport.Listener?.ConsumerClosed(consumer.Handle, null);
            }
        }
    }

    /// <summary>
    /// What sending touches lies in some twenty objects per consumer: with hundreds of them it has left the nearest caches by the next packet.
    /// It is fetched while those in front are served, each object one turn after the one that refers to it.
    /// </summary>
    private void PrefetchBefore(int place)
    {
        for (var hop = 0; hop < MediaConsumer.PrefetchHops; hop++)
        {
            var ahead = place - MediaConsumer.PrefetchHops + hop;
            if (ahead >= 0)
            {
                _consumers[ahead]?.Prefetch(hop);
            }
        }
    }

    /// <summary>What is known of the layers before the group's first packet.</summary>
    private static LayerActivity Known(MediaProducer producer, MediaTime now)
    {
        var activity = new LayerActivity();
        for (var spatial = 0; producer.Rates is { } rates && spatial < FrameLayers.MaxSpatialLayers; spatial++)
        {
            if (rates.HasSpatial(spatial))
            {
                activity.Assume(spatial, now);
            }
        }

        return activity;
    }

    /// <summary>A layer that comes or goes changes what is best for each consumer.</summary>
    private void NoteLayers(ReadOnlySpan<ArrivedPacket> packets, MediaTime now)
    {
        var changed = false;
        foreach (ref readonly var arrived in packets)
        {
            changed |= arrived.Layers.Targets != 0 && Activity.Note(arrived.Layers, now, _demand?.Targets ?? TargetSets.All);
        }

        if (changed)
        {
            ChooseLayers(now);
        }
    }

    private void ChooseLayers(MediaTime now)
    {
        foreach (var consumer in _consumers)
        {
            consumer?.Layers.Choose(now);
        }
    }

    /// <summary>For who starts with a packet that comes late.</summary>
    private void Remember(ReadOnlySpan<ArrivedPacket> packets, bool waiting)
    {
        if (waiting)
        {
            _recent ??= new RecentPackets(engine.Pool);
            foreach (ref readonly var packet in packets)
            {
                _recent.Add(packet);
            }
        }
        else
        {
            _recent?.Clear();
        }
    }

    private void TellDemand(int targets) => engine.Tell(producer.Transport, transport => producer.Demand?.Set(this, targets, transport.Engine.Now));

    private void Ask(int encoding) => engine.Tell(producer.Transport, transport =>
    {
        producer.RequestKeyFrame(encoding, transport.Engine.Now);
        transport.Engine.On(Home, home => KeyFrameRequested(encoding, home.Now));
    });

    private void KeyFrameRequested(int encoding, MediaTime now)
    {
        var bit = 1U << encoding;
        _asking &= ~bit;
        if ((_askAgain & bit) != 0)
        {
            _askAgain &= ~bit;
            RequestKeyFrame(encoding, now);
        }
    }

    private void FillHoles()
    {
        _leftWhileForwarding = 0;
        _consumers.RemoveAll(static consumer => consumer is null);
        for (var i = 0; i < _consumers.Count; i++)
        {
            _consumers[i]!.PlaceInGroup = i;
        }

        EndWhenEmpty();
    }

    private void EndWhenEmpty()
    {
        if (_consumers.Count == 0)
        {
            _recent?.Clear();
            _kept?.Clear();
            ReleaseArrived();
            engine.Remove(this);
        }
    }

    private void ReleaseArrived()
    {
        foreach (var arrived in _arrived)
        {
            engine.Pool.Release(arrived.Index);
        }

        _arrived.Clear();
    }
}

/// <summary>A moment of the node's wall clock and an encoding's timestamp for it.</summary>
internal readonly record struct SourceClock(byte Encoding, NtpTime At, uint RtpTimestamp);
