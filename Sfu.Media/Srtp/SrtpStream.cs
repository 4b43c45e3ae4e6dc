namespace Sfu.Media.Srtp;

/// <summary>What a session remembers of one SSRC in one direction. It changes only for packets that were authenticated or sent.</summary>
internal sealed class SrtpStream
{
    /// <summary>RTP indexes to remember; libwebrtc's receivers remember as many.</summary>
    public const int RtpWindowSize = 1024;

    /// <summary>SRTCP indexes to remember.</summary>
    public const int RtcpWindowSize = 128;

    private uint[]? _fingerprints;

    public uint Ssrc { get; private set; }

    public ReplayWindow Rtp { get; } = new(RtpWindowSize);

    public ReplayWindow Rtcp { get; } = new(RtcpWindowSize);

    /// <summary>Makes it the state of <paramref name="ssrc"/>, which starts after the given indexes.</summary>
    public void Begin(uint ssrc, RetiredIndexes after)
    {
        Ssrc = ssrc;
        Rtp.Resume(after.Rtp);
        Rtcp.Resume(after.Rtcp);
    }

    /// <summary>Remembers the first tag bytes of what was sent under an index.</summary>
    public void Remember(long index, uint fingerprint)
    {
        _fingerprints ??= new uint[RtpWindowSize];
        _fingerprints[index & (RtpWindowSize - 1)] = fingerprint;
    }

    /// <summary>Whether the very same packet was sent under an index that the window has seen.</summary>
    public bool WasSent(long index, uint fingerprint) =>
        _fingerprints is not null && _fingerprints[index & (RtpWindowSize - 1)] == fingerprint;
}
