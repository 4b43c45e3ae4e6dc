using Sfu.Media.Bwe;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>How much of the path to one client goes into sending again what it lacks, or may lack. Allocates nothing. Media thread only.</summary>
internal sealed class RepairEffort(BandwidthEstimator estimator)
{
    private const long MaxUs = 200_000;
    private const double MaxShare = 0.5;
    private const long MinBitrate = 100_000;
    private const double LossyShare = 0.005;
    private const double VeryLossyShare = 0.025;
    private const long LongRttUs = 150_000;

    // State.
    private MediaTime _at;
    private double _bits;

    /// <summary>
    /// How often a packet is sent again: on a long and lossy path a repair that is lost too comes too late. Most often where all that
    /// is wanted fits, until the client asks again: that the path has become narrow is known only after the repairs that find its queue full have left.
    /// </summary>
    public int Copies => CopiesWhereNarrow > 1 && estimator.Desired <= estimator.Bitrate ? 4 : CopiesWhereNarrow;

    /// <summary>
    /// How often a key frame that the picture waits for is sent again unasked: once where its repair would come too late, or its packets may find no room;
    /// twice where the path loses so much that one copy may well be lost too.
    /// </summary>
    public int UnaskedCopies =>
        Copies > 1 && estimator.InherentLoss > VeryLossyShare ? 2
        : Copies > 1 || estimator.HasLongQueue ? 1 : 0;

    /// <summary>
    /// What media takes together with what of it is sent again, as a multiple of the media alone, 1 and more. A path that media fills has no room for
    /// repair, which then stands in its queue and makes the media stand there too.
    /// </summary>
    public double WithMedia => 1 + (estimator.UsualLoss * CopiesWhereNarrow);

    private int CopiesWhereNarrow =>
        estimator.RttUs <= LongRttUs || !estimator.IsLossy(LossyShare) ? 1 : estimator.InherentLoss <= VeryLossyShare ? 2 : 3;

    /// <summary>
    /// Whether a packet may be sent again now: repair takes at most half of the path, so that a path which has become narrow is not filled
    /// with what was lost on it.
    /// </summary>
    /// <param name="isAskedFor">
    /// The client lacks it, as far as it knows: it may take from what copies would get next. Copies of a few packets lost in a row would
    /// leave nothing to the first repair of the last of them.
    /// </param>
    /// <param name="now">Call time.</param>
    public bool MayRepair(bool isAskedFor, MediaTime now)
    {
        var rate = Math.Max(MinBitrate, MaxShare * estimator.Target);
        var most = rate * MaxUs / 1_000_000;
        _bits = Math.Min(most, _bits + (rate * Math.Max(0, now.UsSince(_at)) / 1_000_000));
        _at = now;
        return !estimator.IsMeasured || _bits > (isAskedFor ? -most : 0);
    }

    /// <summary>A packet was sent again.</summary>
    public void OnRepaired(int bytes) => _bits -= bytes * 8;
}
