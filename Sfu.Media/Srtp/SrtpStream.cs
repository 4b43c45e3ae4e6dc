using System.Diagnostics;
using System.Numerics;

namespace Sfu.Media.Srtp;

/// <summary>What a session remembers of one SSRC in one direction. It changes only for packets that were authenticated or sent.</summary>
internal sealed class SrtpStream
{
    /// <summary>RTP indexes to remember; libwebrtc's receivers remember as many.</summary>
    public const int RtpWindowSize = 1024;

    /// <summary>SRTCP indexes to remember.</summary>
    public const int RtcpWindowSize = 128;

    // Made by the first packet.
    private uint[] _fingerprints = [];
    private int _fingerprintsWanted;

    /// <param name="receives">Whether it needs an SRTCP window: a sender counts SRTCP for the whole session.</param>
    public SrtpStream(bool receives)
    {
        Rtcp = receives ? new ReplayWindow(RtcpWindowSize) : null;
    }

    public uint Ssrc { get; private set; }

    public ReplayWindow Rtp { get; } = new(RtpWindowSize);

    /// <summary>Null in a sender's stream.</summary>
    public ReplayWindow? Rtcp { get; }

    /// <summary>Whether it remembers what was sent.</summary>
    public bool KeepsFingerprints => _fingerprintsWanted > 0;

    /// <summary>Makes it the state of <paramref name="ssrc"/>, which starts after the given indexes.</summary>
    public void Begin(uint ssrc, RetiredIndexes after)
    {
        Ssrc = ssrc;
        Rtp.Resume(after.Rtp);
        Rtcp?.Resume(after.Rtcp);
    }

    /// <summary>Remembers from now on what is sent: four bytes for each of the latest packets.</summary>
    /// <param name="packets">A power of two, at most <see cref="RtpWindowSize"/>.</param>
    public void KeepFingerprints(int packets)
    {
        Debug.Assert(BitOperations.IsPow2(packets) && packets <= RtpWindowSize, "The ring is addressed by masking.");
        _fingerprintsWanted = Math.Max(_fingerprintsWanted, packets);
    }

    /// <summary>Remembers the first tag bytes of what was sent under an index.</summary>
    public void Remember(long index, uint fingerprint)
    {
        if (_fingerprints.Length < _fingerprintsWanted)
        {
            // Those of a smaller ring would stand in the wrong places. A fingerprint that is not there refuses a packet, no more.
            _fingerprints = new uint[_fingerprintsWanted];
        }

        if (Rtp.Highest - index < _fingerprints.Length)
        {
            _fingerprints[index & (_fingerprints.Length - 1)] = fingerprint;
        }
    }

    /// <summary>Whether the very same packet was sent under an index that the window has seen.</summary>
    public bool WasSent(long index, uint fingerprint) =>
        Rtp.Highest - index < _fingerprints.Length
        && _fingerprints[index & (_fingerprints.Length - 1)] == fingerprint;
}
