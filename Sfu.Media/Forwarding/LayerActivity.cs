using System.Runtime.CompilerServices;
using Sfu.Media.Codecs;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Which spatial layers of a producer come at present. A layer is there with its first packet, and gone when it has been silent while
/// others went on: a source that pauses as a whole loses none. Media thread only.
/// </summary>
internal sealed class LayerActivity
{
    private const long SilenceUs = 400_000;
    private const int FramesOfOthers = 6;

    // How long after it is first wanted a layer that is on offer may take to come.
    private const long GraceUs = 2_000_000;

    private Layers<MediaTime> _seenAt;
    private byte _offered;
    private Layers<int> _othersSince;

    /// <summary>Bit s: layer s is there.</summary>
    public byte Present { get; private set; }

    public bool Has(int spatial) => (Present & (1 << spatial)) != 0;

    /// <summary>What is known before the first packet.</summary>
    public void Assume(int spatial, MediaTime now)
    {
        Present |= (byte)(1 << spatial);
        _seenAt[spatial] = now;
    }

    /// <summary>These layers can be had, though they may not come before somebody wants them.</summary>
    /// <param name="layers">Bit s: layer s.</param>
    /// <param name="now">Call time.</param>
    /// <returns>Whether a layer has come or gone.</returns>
    public bool Offer(byte layers, MediaTime now)
    {
        var before = Present;
        var withdrawn = (byte)(_offered & ~layers);
        for (var spatial = 0; spatial < FrameLayers.MaxSpatialLayers; spatial++)
        {
            var bit = 1 << spatial;
            if ((layers & bit) != 0 && !Has(spatial))
            {
                Expect(spatial, now);
            }
            else if ((withdrawn & bit) != 0 && Math.Abs(now.UsSince(_seenAt[spatial])) > SilenceUs)
            {
                Present &= (byte)~bit;
            }
        }

        Present |= layers;
        _offered = layers;
        return Present != before;
    }

    /// <summary>A layer on offer is wanted from now on: it may take a moment to come.</summary>
    public void Expect(int spatial, MediaTime now)
    {
        _seenAt[spatial] = now.PlusUs(GraceUs);
        _othersSince[spatial] = 0;
    }

    /// <param name="layers">Of a packet.</param>
    /// <param name="now">Call time.</param>
    /// <param name="wanted">
    /// The decode targets that come if they are there; of the other layers silence says nothing, as long as they are on offer, and of one that comes in
    /// fewer frames than this one no more than that.
    /// </param>
    /// <returns>Whether a layer has come or gone.</returns>
    public bool Note(in FrameLayers layers, MediaTime now, int wanted = TargetSets.All)
    {
        var seen = layers.SpatialLayer;
        var changed = !Has(seen);
        Present |= (byte)(1 << seen);
        _seenAt[seen] = now;
        _othersSince[seen] = 0;
        if (!layers.IsFrameStart || Present == 1 << seen)
        {
            return changed;
        }

        for (var other = 0; other < FrameLayers.MaxSpatialLayers; other++)
        {
            if (other == seen || !Has(other) || ((_offered & (1 << other)) != 0 && !IsDue(other, layers.TemporalLayer, wanted)))
            {
                continue;
            }

            if (++_othersSince[other] >= FramesOfOthers && now.UsSince(_seenAt[other]) > SilenceUs)
            {
                Present &= (byte)~(1 << other);
                _offered &= Present;
                changed = true;
            }
        }

        return changed;
    }

    /// <summary>The layer to take for a wish: the highest that is there up to it, else the lowest above, else the wish.</summary>
    public int BestFor(int wanted)
    {
        for (var spatial = wanted; spatial >= 0; spatial--)
        {
            if (Has(spatial))
            {
                return spatial;
            }
        }

        for (var spatial = wanted + 1; spatial < FrameLayers.MaxSpatialLayers; spatial++)
        {
            if (Has(spatial))
            {
                return spatial;
            }
        }

        return wanted;
    }

    /// <summary>A layer that comes would have had a frame beside one of this temporal layer.</summary>
    private static bool IsDue(int spatial, int temporal, int wanted) => (wanted & FrameLayers.TargetBit(spatial, temporal)) != 0;

    [InlineArray(FrameLayers.MaxSpatialLayers)]
    private struct Layers<T>
    {
        private T _first;
    }
}
