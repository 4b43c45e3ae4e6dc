using System.Runtime.CompilerServices;
using Sfu.Media.Codecs;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Which encodings and layers of a producer that comes by a pipe are wanted on this node, what has been told of it, and what the other end tells of
/// what does not come. More is told at once; less when it has lasted, so that a client that goes to and fro between two layers does not stop and
/// start a stream each time. Media thread only, of the producer's transport.
/// </summary>
internal sealed class ProducerDemand
{
    private const long LingerUs = 1_000_000;

    private readonly MediaProducer _producer;
    private readonly List<(ConsumerGroup Group, int Targets)> _groups = [];
    private readonly bool _isSimulcast;
    private int _told;
    private byte _offered;
    private CrossingLayers _crossing = new();
    private Scores _scores;

    public ProducerDemand(MediaProducer producer)
    {
        _producer = producer;
        _isSimulcast = producer.IsSimulcast;

        // Each layer can be had until the other end tells that it cannot.
        var layers = _isSimulcast ? producer.Encodings.Length : ScalabilityMode.Parse(producer.Encodings.FirstOrDefault()?.ScalabilityMode).SpatialLayers;
        _offered = layers > 1 ? (byte)((1 << Math.Min(layers, FrameLayers.MaxSpatialLayers)) - 1) : (byte)0;
    }

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

    /// <summary>The other end of the pipe tells what the layers of an encoding take, whether they come or not.</summary>
    public void OnAnnounced(int encoding, in LayerAnnouncement announcement)
    {
        if (!_producer.HasVideo || (_isSimulcast && announcement.SpatialLayer != 0))
        {
            return;
        }

        var spatial = _isSimulcast ? encoding : announcement.SpatialLayer;
        var comes = false;
        for (var temporal = 0; temporal < LayerAnnouncement.Layers; temporal++)
        {
            var bitrate = announcement.BitrateOf(temporal);
            _producer.KnownRates.Announce(spatial, temporal, bitrate);
            comes |= bitrate > 0;
        }

        // Each time, also when it is no news: a group may have given up what it waited for.
        _offered = (byte)(comes ? _offered | (1 << spatial) : _offered & ~(1 << spatial));
        for (var i = _groups.Count - 1; i >= 0; i--)
        {
            // A group on this engine answers at once with what it wants now.
            Offer(_groups[i].Group, _offered);
        }
    }

    /// <summary>The other end of the pipe tells what of a stream it sends, and how the stream arrives there.</summary>
    public void OnNotice(int encoding, in CrossingNotice notice)
    {
        if (!_isSimulcast)
        {
            _crossing.Tell(notice);
        }

        if (encoding < FrameLayers.MaxSpatialLayers)
        {
            _scores[encoding].Announced = notice.Score;
        }
    }

    /// <summary>How a stream arrives: what is seen here, and where nobody here wants it, what the other end has told.</summary>
    /// <param name="encoding">Which.</param>
    /// <param name="seen">0 … 10.</param>
    /// <param name="now">Call time.</param>
    public int ScoreOf(int encoding, int seen, MediaTime now)
    {
        if (encoding >= FrameLayers.MaxSpatialLayers)
        {
            return seen;
        }

        ref var score = ref _scores[encoding];
        if (!Comes(encoding))
        {
            score.TrustedUntil = now.PlusUs(Score.TrustUs);
        }

        return seen == 0 && now < score.TrustedUntil && score.Announced is { } announced ? announced : seen;
    }

    /// <summary>A packet's frame, as what it is without the layers that do not come.</summary>
    public FrameLayers Limit(in FrameLayers frame, ushort sequence) => _crossing.Limit(frame, sequence);

    /// <summary>What the consumers on one engine want together.</summary>
    public void Set(ConsumerGroup group, int targets, MediaTime now)
    {
        var place = _groups.FindIndex(entry => entry.Group == group);
        if (place >= 0 && !_producer.IsClosed)
        {
            _groups[place] = (group, targets);
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

    private void Offer(ConsumerGroup group, byte layers) =>
        _producer.Transport.Engine.On(group.Home, engine => group.Offer(layers, engine.Now));

    private bool Comes(int encoding) => (EncodingsOf(_told) & (1 << encoding)) != 0;

    private int EncodingsOf(int targets) => _isSimulcast ? TargetSets.SpatialLayersOf(targets) : targets != 0 ? 1 : 0;

    private int Wanted()
    {
        var wanted = 0;
        foreach (var (_, targets) in _groups)
        {
            wanted |= targets;
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
            _producer.Transport.WakeBy(NextTimeout);
        }
    }

    private void Tell(int targets)
    {
        if (targets != _told)
        {
            _told = targets;
            _crossing.Ask(targets);
            _producer.Transport.Events.ProducerDemandChanged(_producer.Handle, new WantedLayers(EncodingsOf(targets), targets));
        }
    }

    /// <summary>What the other end has told of a stream's score.</summary>
    private struct Score
    {
        /// <summary>How long what is wanted may take to come, and count as it did before.</summary>
        public const long TrustUs = 2_000_000;

        public int? Announced;
        public MediaTime TrustedUntil;
    }

    [InlineArray(FrameLayers.MaxSpatialLayers)]
    private struct Scores
    {
        private Score _first;
    }
}
