using Sfu.Media.Wire;

namespace Sfu.Media.Codecs;

/// <summary>
/// Limits key frame requests (PLI, FIR) to one stream: at most one per interval, requests in between coalesced, one repetition when no
/// key frame came.
/// One instance per SSRC. Sans-IO: true means that the caller sends a request now. Media thread only.
/// </summary>
public sealed class KeyFrameRequestLimiter
{
    public const long DefaultIntervalUs = 1_000_000;

    private readonly long _intervalUs;

    private MediaTime _sentAt;
    private bool _everSent;
    private bool _awaiting;
    private bool _repeat;
    private bool _wanted;

    /// <param name="intervalUs">Shortest time between two requests, and time after which one counts as unanswered.</param>
    public KeyFrameRequestLimiter(long intervalUs = DefaultIntervalUs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(intervalUs);
        _intervalUs = intervalUs;
    }

    /// <summary>When <see cref="OnTimeout"/> wants to be called; <see cref="MediaTime.Never"/> when nothing is open.</summary>
    public MediaTime NextTimeout { get; private set; } = MediaTime.Never;

    /// <summary>Somebody needs a key frame.</summary>
    /// <returns>True when the request is to be sent now; false when it joins one that is under way or waits for the interval.</returns>
    public bool Request(MediaTime now)
    {
        if (!_everSent || now.UsSince(_sentAt) >= _intervalUs)
        {
            Send(now, repeat: true);
            return true;
        }

        if (_awaiting)
        {
            _repeat = true;
        }
        else
        {
            // The last key frame came before this request and cannot answer it.
            _wanted = true;
        }

        NextTimeout = _sentAt.PlusUs(_intervalUs);
        return false;
    }

    /// <summary>A key frame started to arrive; it answers every request so far.</summary>
    public void OnKeyFrame()
    {
        _awaiting = false;
        _wanted = false;
        _repeat = false;
        NextTimeout = MediaTime.Never;
    }

    /// <summary>Call when <see cref="NextTimeout"/> has come; harmless when called early.</summary>
    /// <returns>True when a request is to be sent now.</returns>
    public bool OnTimeout(MediaTime now)
    {
        if (now < NextTimeout)
        {
            return false;
        }

        if (_wanted)
        {
            Send(now, repeat: true);
            return true;
        }

        if (_awaiting && _repeat)
        {
            Send(now, repeat: false);
            return true;
        }

        _awaiting = false;
        NextTimeout = MediaTime.Never;
        return false;
    }

    private void Send(MediaTime now, bool repeat)
    {
        _sentAt = now;
        _everSent = true;
        _awaiting = true;
        _wanted = false;
        _repeat = repeat;
        NextTimeout = now.PlusUs(_intervalUs);
    }
}
