namespace Sfu.Media.Srtp;

/// <summary>
/// Verifies and decrypts what one transport receives (RFC 3711, RFC 7714). Media thread only, one at a time; nothing throws on a
/// packet's account, and none allocates but the first authentic one of an SSRC. Rollover counters, windows and the list of
/// SSRCs change only after a packet was authenticated.
/// </summary>
public sealed class SrtpReceiver : IDisposable
{
    /// <summary>SSRCs that a session receives at the same time unless told otherwise.</summary>
    public const int DefaultMaxStreams = 1024;

    private readonly SrtpCipher _cipher;
    private readonly SrtpStreamTable _streams;
    private bool _disposed;

    /// <summary>Derives the session keys of the remote direction. The master keys may be cleared afterwards.</summary>
    public SrtpReceiver(SrtpKeys keys, int maxStreams = DefaultMaxStreams)
        : this(Derive(keys), maxStreams)
    {
    }

    internal SrtpReceiver(SrtpCipher cipher, int maxStreams = DefaultMaxStreams)
    {
        _cipher = cipher;
        _streams = new SrtpStreamTable(maxStreams, receives: true);
    }

    /// <summary>SSRCs held now.</summary>
    public int StreamCount => _streams.Count;

    /// <summary>Unprotects an RTP packet in place.</summary>
    /// <param name="packet">The whole datagram.</param>
    /// <param name="headerLength">Fixed header, CSRCs and header extension, as parsed from the packet.</param>
    /// <param name="length">Length of the plain packet at the front of <paramref name="packet"/>; 0 unless the result is Ok.</param>
    public SrtpStatus UnprotectRtp(Span<byte> packet, int headerLength, out int length)
    {
        length = 0;
        if (_disposed)
        {
            return SrtpStatus.AuthenticationFailed;
        }

        if (!SrtpPacket.IsRtp(packet, headerLength, _cipher.RtpOverhead))
        {
            return SrtpStatus.Malformed;
        }

        var ssrc = SrtpPacket.RtpSsrc(packet);
        var stream = _streams.FindOrPropose(ssrc);
        if (stream is null)
        {
            return SrtpStatus.TooManyStreams;
        }

        var index = PacketIndex.Guess(SrtpPacket.Sequence(packet), stream.Rtp.Highest);
        if (stream.Rtp.Classify(index) != ReplayVerdict.Fresh)
        {
            return SrtpStatus.Replayed;
        }

        if (index > PacketIndex.Max || !_cipher.OpenRtp(packet, headerLength, ssrc, index))
        {
            return SrtpStatus.AuthenticationFailed;
        }

        stream.Rtp.Mark(index);
        _streams.Commit(stream);
        length = packet.Length - _cipher.RtpOverhead;
        return SrtpStatus.Ok;
    }

    /// <summary>
    /// Unprotects an RTCP compound in place. A compound without the E-bit is authenticated all the same and then taken as it is
    /// (RFC 3711 §3.4).
    /// </summary>
    /// <param name="packet">The whole datagram.</param>
    /// <param name="length">Length of the plain compound at the front of <paramref name="packet"/>; 0 unless the result is Ok.</param>
    public SrtpStatus UnprotectRtcp(Span<byte> packet, out int length)
    {
        length = 0;
        if (_disposed)
        {
            return SrtpStatus.AuthenticationFailed;
        }

        if (!SrtpPacket.IsRtcp(packet, _cipher.RtcpOverhead))
        {
            return SrtpStatus.Malformed;
        }

        var ssrc = SrtpPacket.RtcpSsrc(packet);
        var stream = _streams.FindOrPropose(ssrc);
        if (stream is null)
        {
            return SrtpStatus.TooManyStreams;
        }

        var indexWord = _cipher.ReadIndexWord(packet);
        var index = indexWord & ~SrtpCipher.RtcpEncrypted;
        if (stream.Rtcp!.Classify(index) != ReplayVerdict.Fresh)
        {
            return SrtpStatus.Replayed;
        }

        if (!_cipher.OpenRtcp(packet, ssrc, indexWord))
        {
            return SrtpStatus.AuthenticationFailed;
        }

        stream.Rtcp!.Mark(index);
        _streams.Commit(stream);
        length = packet.Length - _cipher.RtcpOverhead;
        return SrtpStatus.Ok;
    }

    /// <summary>
    /// Frees the state of an SSRC that is no longer received. Should the SSRC come back under the same keys, it goes on where it
    /// ended: its old packets stay replays.
    /// </summary>
    /// <returns>Whether the SSRC was known.</returns>
    public bool RemoveStream(uint ssrc) => _streams.Remove(ssrc);

    /// <summary>Frees and cleanses the keys. Later packets fail.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _cipher.Dispose();
        }
    }

    private static SrtpCipher Derive(SrtpKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return SrtpCipher.Derive(keys.Profile, keys.RemoteKey, keys.RemoteSalt, seals: false);
    }
}
