using System.Runtime.InteropServices;
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
    private int _epoch;
    private bool _forwarding;
    private int _leftWhileForwarding;
    private bool _asking;
    private bool _askAgain;

    /// <summary>Where the group lives. Any thread.</summary>
    public int Home => engine.Index;

    /// <summary>Any thread.</summary>
    public MediaProducer Producer => producer;

    /// <summary>Packets of a producer on another engine wait for <see cref="FanOut"/>.</summary>
    public bool HasArrived => _arrived.Count > 0;

    public int Count => _consumers.Count - _leftWhileForwarding;

    /// <summary>The publisher's latest relation of wall clock and timestamps; null before its first Sender Report.</summary>
    public SourceClock? Clock { get; private set; }

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
        // A consumer that fails leaves, with others of its transport.
        _forwarding = true;
        for (var i = _consumers.Count - 1; i >= 0; i--)
        {
            if (_consumers[i] is not { } consumer)
            {
                continue;
            }

            var epoch = _epoch;
            try
            {
                foreach (ref readonly var arrived in packets)
                {
                    if (arrived.Epoch != epoch)
                    {
                        epoch = arrived.Epoch;
                        consumer.Resynchronize();
                    }

                    consumer.Forward(RtpPacket.FromParsed(engine.Pool.Packet(arrived.Index), arrived.HeaderLength, arrived.PaddingLength), arrived, now);
                }
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                engine.FaultOf(consumer.Transport, e);
            }
        }

        _forwarding = false;
        if (packets.Length > 0)
        {
            _epoch = packets[^1].Epoch;
        }

        if (_leftWhileForwarding > 0)
        {
            FillHoles();
        }
    }

    /// <summary>
    /// Asks the producer for a key frame. One request at a time is on its way to another engine, and one more follows it if somebody asked
    /// meanwhile: a flood of requests is two.
    /// </summary>
    public void RequestKeyFrame(MediaTime now)
    {
        if (producer.Transport.Home == Home && producer.Transport.Engine == engine)
        {
            producer.RequestKeyFrame(now);
            return;
        }

        if (_asking)
        {
            _askAgain = true;
            return;
        }

        _asking = true;
        engine.Tell(producer.Transport, transport =>
        {
            producer.RequestKeyFrame(transport.Engine.Now);
            transport.Engine.On(Home, home => KeyFrameRequested(home.Now));
        });
    }

    /// <summary>The publisher reported.</summary>
    public void SetClock(SourceClock clock) => Clock = clock;

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
                consumer.Transport.Events.ConsumerClosed(consumer.Handle, null);
            }
        }
    }

    private void KeyFrameRequested(MediaTime now)
    {
        _asking = false;
        if (_askAgain)
        {
            _askAgain = false;
            RequestKeyFrame(now);
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

/// <summary>A moment of the node's wall clock and the publisher's timestamp for it.</summary>
internal readonly record struct SourceClock(NtpTime At, uint RtpTimestamp);
