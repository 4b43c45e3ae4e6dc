using Sfu.Media.Rtcp;

namespace Sfu.Media.Rtp;

/// <summary>
/// Maps a publisher's wall clock to the node's. One instance per publisher (CNAME), shared by its streams: audio and video get the same
/// offset, so
/// forwarded sender reports keep lips and voice together. The offset is the smallest seen lately, the one with the least network delay
/// in it.
/// Media thread only.
/// </summary>
public sealed class SenderClock
{
    private const int Samples = 16;

    private long[] _offsetsUs = [];
    private int _count;
    private int _next;

    /// <summary>Whether <see cref="ToLocal"/> has a meaning.</summary>
    public bool IsKnown => _count > 0;

    /// <summary>Local minus sender's time in microseconds.</summary>
    public long OffsetUs { get; private set; }

    /// <summary>What the sender's clock is ahead of the local one, in 2⁻³² s, as <see cref="AbsCaptureTime"/> has it; negative when it is behind.</summary>
    public long Ahead { get; private set; }

    /// <param name="senderNtp">NTP time of a sender report.</param>
    /// <param name="localNtp">When it came.</param>
    public void OnSenderReport(NtpTime senderNtp, NtpTime localNtp)
    {
        if (_count == 0)
        {
            _offsetsUs = new long[Samples];
        }

        _offsetsUs[_next] = localNtp.UsSince(senderNtp);
        _next = (_next + 1) % Samples;
        _count = Math.Min(_count + 1, Samples);

        var smallest = long.MaxValue;
        foreach (var offset in _offsetsUs.AsSpan(0, _count))
        {
            smallest = Math.Min(smallest, offset);
        }

        OffsetUs = smallest;
        Ahead = unchecked((long)(senderNtp.Value - ToLocal(senderNtp).Value));
    }

    public NtpTime ToLocal(NtpTime senderNtp) => senderNtp.PlusUs(OffsetUs);
}
