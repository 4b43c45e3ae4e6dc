using System.Runtime.CompilerServices;

namespace Sfu.Media.Bwe;

/// <summary>What one stream to a client could use of the path, and what it gets. Decode targets are spatial layer · 4 + temporal layer.</summary>
internal struct LayerDemand
{
    public const int TemporalLayers = 4;
    public const int TargetCount = 16;

    /// <summary>No layer at all.</summary>
    public const int None = -1;

    /// <summary>The highest target that there can be: no limit.</summary>
    public const int Unlimited = TargetCount - 1;

    // Few frames of a higher spatial layer have to take so much more than all of the lower one.
    private const double FewFramesGain = 1.25;

    /// <summary>1 … 255.</summary>
    public int Priority;

    /// <summary>The highest target that is of use.</summary>
    public int Wanted;

    /// <summary>What it was allowed last; <see cref="None"/> when nothing.</summary>
    public int Current;

    /// <summary>What it is allowed from now on.</summary>
    public int Allowed;

    /// <summary>Bits per second of each target, with all that it builds on; 0 where it is not there.</summary>
    public TargetRates Rates;

    /// <summary>Nothing is known about its rates: then nothing is held back.</summary>
    public readonly bool IsUnknown
    {
        get
        {
            for (var target = 0; target < TargetCount; target++)
            {
                if (Rates[target] > 0)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>What it takes at the best target that it wants; 0 when that is not known.</summary>
    public readonly long WantedRate
    {
        get
        {
            var rate = 0L;
            for (var target = 0; target <= Wanted; target++)
            {
                if (IsWanted(target))
                {
                    rate = Math.Max(rate, Rates[target]);
                }
            }

            return rate;
        }
    }

    /// <summary>
    /// The next better target that is there and wanted; <see cref="None"/> when there is none. Few frames of a higher spatial layer are not better where
    /// they take less, or hardly more: the key frame that leads there costs more than they bring.
    /// </summary>
    public readonly int NextAbove(int target)
    {
        var present = RateUpTo(target);
        for (var next = target + 1; next <= Wanted; next++)
        {
            var least = target >= 0 && next / TemporalLayers > target / TemporalLayers && HasMoreFrames(next) ? (long)(present * FewFramesGain) : present;
            if (Rates[next] > least && IsWanted(next))
            {
                return next;
            }
        }

        return None;
    }

    /// <summary>Bits per second of the best target up to this one.</summary>
    public readonly long RateUpTo(int target) => HighestUpTo(target) is not None and var there ? Rates[there] : 0;

    /// <summary>The best target up to this one that is there; <see cref="None"/> when there is none.</summary>
    public readonly int HighestUpTo(int target)
    {
        while (target >= 0 && Rates[target] == 0)
        {
            target--;
        }

        return target;
    }

    /// <summary>The target is not the whole of its spatial layer.</summary>
    private readonly bool HasMoreFrames(int target) =>
        target % TemporalLayers < TemporalLayers - 1 && target < Wanted && Rates[target + 1] > Rates[target] && IsWanted(target + 1);

    private readonly bool IsWanted(int target) =>
        target / TemporalLayers < Wanted / TemporalLayers || target % TemporalLayers <= Wanted % TemporalLayers;

    [InlineArray(TargetCount)]
    public struct TargetRates
    {
        private long _first;
    }
}
