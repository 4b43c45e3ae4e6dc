using System.Runtime.CompilerServices;
using Sfu.Media.Codecs;
using Sfu.Media.Rtcp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// One encoding of a producer on its way over a pipe, and what the other end has to know of it: there the encodings are put together again, and
/// layers are chosen from them. Media thread only.
/// </summary>
/// <remarks>
/// Which moment the first packet belongs to is told before that packet, and which layers come with a key frame, before the first that brings
/// any. What the encoding takes, layer by layer, is told at regular times, whether it crosses or not: who is to decide for it has to know.
/// </remarks>
internal sealed class PipeCrossing(MediaConsumer consumer, OutgoingNumbers numbers, int encoding)
{
    /// <summary>Its place among the producer's.</summary>
    public int Encoding => encoding;

    /// <summary>The decode targets that it can have.</summary>
    public ushort Scope { get; } = (ushort)(consumer.Producer.IsSimulcast ? TargetSets.Of(encoding) : TargetSets.All);

    /// <summary>It is known which moment a timestamp belongs to.</summary>
    public bool HasClock => consumer.Group?.ClockOf(encoding) is not null;

    /// <summary>The packet is one of its.</summary>
    public bool Carries(in ArrivedPacket packet) => packet.Stream == encoding;

    /// <summary>A packet is about to leave.</summary>
    /// <param name="packet">One that the other end gets.</param>
    /// <param name="endsWait">It brings what was waited for.</param>
    /// <param name="now">Time of sending.</param>
    public void BeforePacket(in ArrivedPacket packet, bool endsWait, MediaTime now)
    {
        if (!numbers.Follows(packet))
        {
            consumer.Transport.Reporter.SendSenderReport(consumer, now);
        }

        if (endsWait)
        {
            Announce(now);
        }
    }

    /// <summary>Tells the other end what there is to know of its layers.</summary>
    public void Announce(MediaTime now) => consumer.Transport.Reporter.Announce(this, now);

    /// <summary>What the encoding takes layer by layer, what of it crosses from the next packet on, and how it arrives here.</summary>
    /// <returns>Whether there was room for it all.</returns>
    public bool TryWrite(ref RtcpWriter writer)
    {
        var scores = consumer.Producer.Scores;
        var score = encoding < scores.Length ? scores[encoding] : (int?)null;
        return TryWriteRates(ref writer) && writer.TryAddCrossingNotice(consumer.Ssrc, consumer.Layers.PipedTargets, numbers.LastLeft, score);
    }

    private bool TryWriteRates(ref RtcpWriter writer)
    {
        if (consumer.Producer.Rates is not { } rates)
        {
            return true;
        }

        if (consumer.Producer.IsSimulcast)
        {
            return TryWriteRates(ref writer, 0, rates, encoding);
        }

        // Of a stream that is silent as a whole nothing is new.
        for (var spatial = 0; rates.HasAny && spatial < LayerAnnouncement.SpatialLayers; spatial++)
        {
            if (!TryWriteRates(ref writer, spatial, rates, spatial))
            {
                return false;
            }
        }

        return true;
    }

    [SkipLocalsInit]
    private bool TryWriteRates(ref RtcpWriter writer, int spatialInStream, LayerRates rates, int spatial)
    {
        Span<long> bitrates = stackalloc long[LayerAnnouncement.Layers];
        for (var temporal = 0; temporal < bitrates.Length; temporal++)
        {
            bitrates[temporal] = rates.Of(spatial, temporal);
        }

        return writer.TryAddLayerAnnouncement(consumer.Ssrc, spatialInStream, bitrates);
    }
}
