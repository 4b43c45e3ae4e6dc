using Sfu.Media.Bwe;
using Sfu.Media.Codecs;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// The layers of one producer that one client gets, and those who have to know when they change: the producer's client is asked for the key
/// frame that what is wanted begins with, the group learns what has to come over a pipe, and the consumer's owner what the client is on.
/// Which layers those are, <see cref="LayerChoice"/> decides. Media thread only.
/// </summary>
internal sealed class LayerSubscription
{
    // Given.
    private readonly MediaConsumer _consumer;
    private readonly ConsumerType _type;
    private readonly bool _isVideo;

    // State.
    private LayerChoice _choice;
    private ConsumerDemand _demand;

    public LayerSubscription(MediaConsumer consumer, ConsumerSettings settings, CodecKind? codec)
    {
        _consumer = consumer;
        _type = settings.Type;
        _isVideo = settings.Kind == MediaKind.Video;
        _choice = new LayerChoice(settings.PreferredLayers, settings.Priority, codec?.HasKeyFrames() == true, consumer.Crossing?.Scope ?? 0);
        _demand = new ConsumerDemand(consumer.Producer);
    }

    /// <summary>There is a choice.</summary>
    public bool HasLayers => _type is ConsumerType.Simulcast or ConsumerType.Svc;

    /// <summary>What the client wants at most, where there is a choice; null: the highest there are.</summary>
    public ConsumerLayers? Preferred => HasLayers ? _choice.Preferred : null;

    /// <summary>What the client is on, where there is a choice; null while it gets nothing.</summary>
    public ConsumerLayers? Present => HasLayers && !_consumer.Paused ? _choice.Present : null;

    /// <summary>The spatial layer that the client is on; −1 for none.</summary>
    public int Spatial => _choice.Spatial;

    /// <summary>The decode targets that cross a pipe with the next key frame.</summary>
    public ushort PipedTargets => (ushort)_choice.PipedTargets;

    /// <summary>The client gets nothing, or not the layer that it is to get, until a key frame comes.</summary>
    public bool WaitsForKeyFrame => _choice.WaitsForKeyFrame;

    /// <summary>Whether the client gets the packet. May change the layers that it is on.</summary>
    public bool Takes(in FrameLayers frame) => _choice.Takes(frame);

    /// <summary>The last packet of a picture, of which the client gets no higher layer, bears the marker.</summary>
    public bool EndsPicture(in RtpPacket packet, in FrameLayers frame) =>
        packet.Marker || (_isVideo && !_consumer.Producer.IsSimulcast && _choice.EndsPicture(frame));

    /// <summary>What comes next does not go on from what came before.</summary>
    public void Leave() => _choice.Leave();

    public void Prefer(ConsumerLayers layers, MediaTime now)
    {
        _choice.Preferred = layers;
        Choose(now);
    }

    /// <param name="priority">1 … 255.</param>
    public void SetPriority(int priority) => _choice.Priority = priority;

    /// <summary>The decode targets of its encoding that are to cross a pipe from now on.</summary>
    public void SetPipedTargets(int targets, MediaTime now)
    {
        if (_consumer.Crossing is { } crossing && _choice.PipedTargets != (targets & crossing.Scope))
        {
            _choice.Want(targets);
            crossing.Announce(now);
            Choose(now);
        }
    }

    /// <summary>What it could use of the path, for who shares it out. False: its share is not for others to decide.</summary>
    /// <param name="demand">Is filled in.</param>
    /// <param name="isMeasured">The path is known: without that nobody is left out wholly, which is all that can be done to a simple one.</param>
    public bool TryDescribe(ref LayerDemand demand, bool isMeasured)
    {
        if (!_isVideo || _consumer.Paused || _consumer.Crossing is not null || _consumer.Producer.Rates is not { } rates || (!isMeasured && _type == ConsumerType.Simple))
        {
            return false;
        }

        _choice.Describe(rates, ref demand);
        return true;
    }

    /// <summary>The highest decode target that the path has room for.</summary>
    public void Allow(int target, MediaTime now)
    {
        if (_choice.Allow(target))
        {
            Choose(now);
        }
    }

    /// <summary>Something changed that says which layers are best: the wish, the path, or what the producer sends.</summary>
    public void Choose(MediaTime now)
    {
        if (!_isVideo || _consumer.Group is not { } group)
        {
            return;
        }

        var asks = _choice.Decide(group.Activity, _consumer.Producer.Encodings.Length);
        if (_choice.IsStopped)
        {
            _consumer.Resynchronize();
            Report();
        }
        else if (asks && _consumer.Transport.CanSend)
        {
            AskForKeyFrame(now);
        }

        NoteDemand();
    }

    /// <summary>Asks for a key frame of the layer that is wanted.</summary>
    public void AskForKeyFrame(MediaTime now)
    {
        if (_isVideo && !_consumer.Paused && !_choice.IsStopped)
        {
            _choice.OnAsked(now);
            Ask(_choice.WantedSpatial, now);
        }
    }

    /// <summary>Asks once more for a key frame that should be here.</summary>
    public void AskAgainWhenLate(MediaTime now)
    {
        if (_choice.MissesKeyFrame(now))
        {
            AskForKeyFrame(now);
        }
    }

    /// <summary>The client asks for a key frame: of what it gets at present.</summary>
    public void OnKeyFrameRequest(MediaTime now)
    {
        if (_isVideo && !_consumer.Paused && _choice.IsOn)
        {
            Ask(_choice.Spatial, now);
        }
        else
        {
            AskForKeyFrame(now);
        }
    }

    /// <summary>Tells the consumer's owner what the client is on, if that is news.</summary>
    public void Report()
    {
        if (!HasLayers)
        {
            return;
        }

        var present = Present;
        if (_choice.IsNews(present))
        {
            _consumer.Transport.Events.ConsumerLayersChanged(_consumer.Handle, present);
        }
    }

    /// <summary>Tells the group which layers it needs, where a pipe carries only those that are needed.</summary>
    public void NoteDemand()
    {
        if (_demand.Counts)
        {
            _demand.Need(Needs(), _consumer.Group);
        }
    }

    /// <summary>The consumer is about to leave its group.</summary>
    public void NeedNothing() => _demand.Need(0, _consumer.Group);

    private void Ask(int spatial, MediaTime now) => _consumer.Group?.RequestKeyFrame(_consumer.Producer.EncodingOf(spatial), now);

    private int Needs()
    {
        if (_consumer.Paused || !_consumer.Transport.CanSend || _choice.IsStopped)
        {
            return 0;
        }

        return _isVideo ? _choice.Needs(_consumer.Producer.IsSimulcast) : TargetSets.All;
    }
}
