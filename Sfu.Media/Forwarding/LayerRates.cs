using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Sfu.Media.Codecs;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// What a producer's layers take: the bitrate of each decode target, smoothed over about a second. The producer's thread writes, any
/// thread reads.
/// </summary>
internal sealed class LayerRates
{
    public const int Count = FrameLayers.MaxSpatialLayers * FrameLayers.MaxTemporalLayers;

    private const long WindowUs = 250_000;

    // Of the newest window in the smoothed rate.
    private const double Weight = 0.35;

    // A layer that was silent for so many windows is not there.
    private const int SilentWindows = 4;

    private Layers<int> _bytes;
    private Layers<double> _rates;
    private Layers<ushort> _targets;
    private Layers<byte> _silent;
    private Layers<long> _published;
    private Layers<long> _announced;
    private MediaTime _windowFrom = MediaTime.Never;

    /// <summary>Bits per second of everything that belongs to the decode target; 0 when its highest layer is not there.</summary>
    public long Of(int spatial, int temporal) => Volatile.Read(ref _published[(spatial * FrameLayers.MaxTemporalLayers) + temporal]);

    /// <summary>Whether anything of the spatial layer is there.</summary>
    public bool HasSpatial(int spatial)
    {
        for (var temporal = 0; temporal < FrameLayers.MaxTemporalLayers; temporal++)
        {
            if (Of(spatial, temporal) > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether anything comes at all.</summary>
    public bool HasAny
    {
        get
        {
            var any = false;
            for (var spatial = 0; spatial < FrameLayers.MaxSpatialLayers; spatial++)
            {
                any |= HasSpatial(spatial);
            }

            return any;
        }
    }

    /// <summary>By decode target, spatial · 4 + temporal.</summary>
    public void CopyTo(Span<long> rates)
    {
        for (var i = 0; i < Count; i++)
        {
            rates[i] = Volatile.Read(ref _published[i]);
        }
    }

    /// <summary>For statistics: by spatial and temporal layer, <c>0.1</c>, those that are there.</summary>
    /// <param name="encoding">Of simulcast, whose layers count from 0.</param>
    /// <param name="isSimulcast">Only that encoding's.</param>
    public ImmutableDictionary<string, long> Describe(int encoding, bool isSimulcast)
    {
        var rates = ImmutableDictionary.CreateBuilder<string, long>();
        for (var target = 0; target < Count; target++)
        {
            var (spatial, temporal) = Math.DivRem(target, FrameLayers.MaxTemporalLayers);
            if (Of(spatial, temporal) is > 0 and var rate && (!isSimulcast || spatial == encoding))
            {
                rates.Add(string.Create(CultureInfo.InvariantCulture, $"{(isSimulcast ? 0 : spatial)}.{temporal}"), rate);
            }
        }

        return rates.ToImmutable();
    }

    public void Add(in FrameLayers layers, int bytes, MediaTime now)
    {
        Refresh(now);
        var layer = (layers.SpatialLayer * FrameLayers.MaxTemporalLayers) + layers.TemporalLayer;
        _bytes[layer] += bytes;

        // A key frame of a K-SVC stream belongs to more targets than the frames that follow it.
        if (!layers.IsKeyFrame || _targets[layer] == 0)
        {
            _targets[layer] = layers.Targets;
        }
    }

    /// <summary>Closes the present window when it is over, also when nothing comes any more.</summary>
    public void Refresh(MediaTime now)
    {
        if (_windowFrom == MediaTime.Never)
        {
            _windowFrom = now;
            return;
        }

        var elapsed = now.UsSince(_windowFrom);
        if (elapsed < WindowUs)
        {
            return;
        }

        _windowFrom = now;
        for (var layer = 0; layer < Count; layer++)
        {
            Close(layer, elapsed);
        }

        for (var target = 0; target < Count; target++)
        {
            Publish(target);
        }
    }

    /// <summary>
    /// Somebody who has them tells what layers take that may not come here at present.
    /// </summary>
    /// <param name="spatial">The spatial layer, or the encoding of simulcast.</param>
    /// <param name="temporal">Up to which temporal layer.</param>
    /// <param name="bitrate">Bit/s; 0: it is not there.</param>
    public void Announce(int spatial, int temporal, long bitrate)
    {
        var target = (spatial * FrameLayers.MaxTemporalLayers) + temporal;
        _announced[target] = bitrate;
        Publish(target);
    }

    /// <summary>What is seen here counts; what is not seen is as announced.</summary>
    private void Publish(int target) => Volatile.Write(ref _published[target], Sum(target) is > 0 and var seen ? seen : _announced[target]);

    private void Close(int layer, long elapsedUs)
    {
        if (_targets[layer] == 0)
        {
            return;
        }

        if (_bytes[layer] == 0)
        {
            _silent[layer] = (byte)Math.Min(_silent[layer] + Math.Max(elapsedUs / WindowUs, 1), SilentWindows);
            if (_silent[layer] == SilentWindows)
            {
                _rates[layer] = 0;
                _targets[layer] = 0;
                return;
            }
        }
        else
        {
            _silent[layer] = 0;
        }

        var rate = _bytes[layer] * 8_000_000.0 / elapsedUs;
        _rates[layer] = _rates[layer] == 0 ? rate : _rates[layer] + (Weight * (rate - _rates[layer]));
        _bytes[layer] = 0;
    }

    private long Sum(int target)
    {
        if (_rates[target] == 0)
        {
            return 0;
        }

        var sum = 0.0;
        for (var layer = 0; layer < Count; layer++)
        {
            if ((_targets[layer] & (1 << target)) != 0)
            {
                sum += _rates[layer];
            }
        }

        return Math.Max((long)sum, 1);
    }

    [InlineArray(Count)]
    private struct Layers<T>
    {
        private T _first;
    }
}
