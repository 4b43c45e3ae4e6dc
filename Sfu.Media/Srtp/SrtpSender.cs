using System.Buffers.Binary;
using System.Numerics;
using Sfu.Media.Buffers;

namespace Sfu.Media.Srtp;

/// <summary>
/// Protects what one transport sends (RFC 3711, RFC 7714). Media thread only, one at a time; no packet allocates once its SSRC is
/// known, and nothing throws on a packet's account.
/// </summary>
/// <remarks>
/// <para>
/// No index of an SSRC ever protects two different packets: that would tell the difference of the payloads and, with GCM, the
/// authentication key. The sender knows which of the latest <see cref="WindowSize"/> indexes of each SSRC are used and refuses them,
/// unless the SSRC may retransmit (<see cref="AllowRetransmission"/>): then it remembers the first tag bytes of what it sent. A packet
/// that comes again is protected anew and compared with them before it is let out: the same packet, down to its header extensions,
/// yields the same bytes, which is a legitimate retransmission; any other is refused. Numbers inside the window that were skipped may
/// still be sent; numbers behind it are refused, and receivers' replay windows would drop them anyway.
/// </para>
/// <para>
/// A stream starts with ROC zero. Its first sequence number should lie below 2¹⁵, so that a receiver that misses the first packets
/// cannot miss a rollover.
/// </para>
/// <para>
/// The SRTCP index counts the session's packets, not each SSRC's: it grows for each SSRC as RFC 3711 §3.4 demands, and stays unique
/// whichever SSRCs come and go.
/// </para>
/// </remarks>
public sealed class SrtpSender : IDisposable
{
    /// <summary>SSRCs that a session sends at the same time unless told otherwise.</summary>
    public const int DefaultMaxStreams = 4096;

    /// <summary>How far behind the highest sequence number of an SSRC a packet may lie.</summary>
    public const int WindowSize = SrtpStream.RtpWindowSize;

    // RFC 3711 §9.2: 31 bits, then the keys are used up.
    private const uint MaxRtcpIndex = 0x7FFF_FFFF;

    private readonly SrtpCipher _cipher;
    private readonly SrtpStreamTable _streams;

    // The first packet carries 1, as libsrtp's does.
    private uint _nextRtcpIndex;
    private bool _disposed;

    /// <summary>Derives the session keys of the local direction. The master keys may be cleared afterwards.</summary>
    public SrtpSender(SrtpKeys keys, int maxStreams = DefaultMaxStreams)
        : this(Derive(keys), maxStreams)
    {
    }

    internal SrtpSender(SrtpCipher cipher, int maxStreams = DefaultMaxStreams, uint firstRtcpIndex = 1)
    {
        _cipher = cipher;
        _streams = new SrtpStreamTable(maxStreams, receives: false);
        _nextRtcpIndex = firstRtcpIndex;
    }

    /// <summary>SSRCs held now.</summary>
    public int StreamCount => _streams.Count;

    /// <summary>Bytes that protecting adds to an RTP packet.</summary>
    public int RtpOverhead => _cipher.RtpOverhead;

    /// <summary>Bytes that protecting adds to an RTCP compound.</summary>
    public int RtcpOverhead => _cipher.RtcpOverhead;

    /// <summary>Protects a plain RTP packet into <paramref name="destination"/>, which may be the memory of the packet itself.</summary>
    /// <param name="packet">The packet with its final header.</param>
    /// <param name="headerLength">Fixed header, CSRCs and header extension: what stays readable.</param>
    /// <param name="destination">At least <see cref="RtpOverhead"/> longer than the packet. Starts where it starts, or does not overlap it.</param>
    /// <param name="batch">
    /// May take the tag to compute it later (<see cref="SrtpTagBatch"/>); the destination is then native or pinned memory. Null
    /// computes it at once.
    /// </param>
    /// <returns>
    /// Bytes written, or −1 when nothing may be sent: no room, no version-2 header, overlapping by parts, too many SSRCs, a sequence
    /// number behind the window or used for another packet, or the sender disposed. The destination may then have been zeroed.
    /// </returns>
    public int ProtectRtp(ReadOnlySpan<byte> packet, int headerLength, Span<byte> destination, SrtpTagBatch? batch = null)
    {
        if (!SrtpPacket.IsRtp(packet, headerLength, 0) || !TrySlice(packet, _cipher.RtpOverhead, ref destination))
        {
            return -1;
        }

        if (!packet.Overlaps(destination))
        {
            packet[..headerLength].CopyTo(destination);
        }

        return Seal(destination, headerLength, packet[headerLength..], batch);
    }

    /// <summary>
    /// Protects an RTP packet whose header stands at the front of <paramref name="destination"/> and whose payload lies elsewhere, so
    /// that fan-out encrypts a received payload straight into each send slot.
    /// </summary>
    /// <param name="destination">At least <see cref="RtpOverhead"/> longer than header and payload.</param>
    /// <param name="headerLength">Fixed header, CSRCs and header extension: what stays readable.</param>
    /// <param name="payload">Plain. Stands in the destination right behind the header, or does not overlap it.</param>
    /// <param name="batch">As for the other one.</param>
    /// <returns>Bytes written, or −1, as for the other one.</returns>
    public int ProtectRtpPayload(Span<byte> destination, int headerLength, ReadOnlySpan<byte> payload, SrtpTagBatch? batch = null)
    {
        if (headerLength < SrtpPacket.MinRtpHeaderLength
            || headerLength > destination.Length
            || destination.Length - headerLength - _cipher.RtpOverhead < payload.Length
            || (payload.Overlaps(destination, out var offset) && offset != -headerLength))
        {
            return -1;
        }

        var length = headerLength + payload.Length;
        return SrtpPacket.IsRtp(destination[..length], headerLength, 0)
            ? Seal(destination[..(length + _cipher.RtpOverhead)], headerLength, payload, batch)
            : -1;
    }

    /// <summary>Protects an RTCP compound into <paramref name="destination"/>, which may be the memory of the compound itself.</summary>
    /// <param name="compound">The plain compound; its first packet's sender SSRC names the stream.</param>
    /// <param name="destination">At least <see cref="RtcpOverhead"/> longer. Starts where the compound starts, or does not overlap it.</param>
    /// <returns>Bytes written, or −1 when nothing may be sent: no room, no version-2 header, indexes used up, or disposed.</returns>
    public int ProtectRtcp(ReadOnlySpan<byte> compound, Span<byte> destination)
    {
        if (_disposed
            || !SrtpPacket.IsRtcp(compound, 0)
            || !TrySlice(compound, _cipher.RtcpOverhead, ref destination)
            || _nextRtcpIndex > MaxRtcpIndex)
        {
            return -1;
        }

        // The index is spent even when the library fails half-way: bytes may have been encrypted under it.
        var index = _nextRtcpIndex++;
        return _cipher.SealRtcp(compound, SrtpPacket.RtcpSsrc(compound), index, destination) ? destination.Length : Withhold(destination);
    }

    /// <summary>
    /// Lets an SSRC send packets again under their own numbers, as retransmission without RTX (RFC 4588) does. To be called before
    /// the first packet that may come again, and anew after <see cref="RemoveStream"/>. Without it every number is sent once.
    /// </summary>
    /// <param name="ssrc">The SSRC. It counts as held from now on.</param>
    /// <param name="packets">How many of the latest packets may come again, rounded up to a power of two; four bytes each.</param>
    /// <returns>Whether there was room for the SSRC.</returns>
    public bool AllowRetransmission(uint ssrc, int packets = WindowSize)
    {
        var stream = _streams.FindOrPropose(ssrc);
        if (stream is null)
        {
            return false;
        }

        stream.KeepFingerprints((int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(packets, 1, WindowSize)));
        _streams.Commit(stream);
        return true;
    }

    /// <summary>
    /// Frees the state of an SSRC that is no longer sent. Should the SSRC come back under the same keys, it must go on with higher
    /// indexes; lower ones are refused.
    /// </summary>
    /// <returns>Whether the SSRC was known.</returns>
    public bool RemoveStream(uint ssrc) => _streams.Remove(ssrc);

    /// <summary>Frees and cleanses the keys. Later packets are refused.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _cipher.Dispose();
        }
    }

    /// <summary>Asks the processor for what the next packet needs that lies so many references away.</summary>
    internal void Prefetch(int hop)
    {
        if (hop == 0)
        {
            CacheHint.Object(_cipher);
            CacheHint.Object(_streams);
        }
        else
        {
            _cipher.Prefetch(hop - 1);
            _streams.PrefetchLatest(hop - 1);
        }
    }

    private int Seal(Span<byte> destination, int headerLength, ReadOnlySpan<byte> payload, SrtpTagBatch? batch)
    {
        if (_disposed)
        {
            return -1;
        }

        var ssrc = SrtpPacket.RtpSsrc(destination);
        var stream = _streams.FindOrPropose(ssrc);
        if (stream is null)
        {
            return -1;
        }

        var index = PacketIndex.Guess(SrtpPacket.Sequence(destination), stream.Rtp.Highest);
        var verdict = stream.Rtp.Classify(index);
        var refused = verdict == ReplayVerdict.TooOld || (verdict == ReplayVerdict.Seen && !stream.KeepsFingerprints);
        if (refused || index > PacketIndex.Max)
        {
            return -1;
        }

        // A stream that keeps fingerprints needs its tags at once.
        if (!_cipher.SealRtp(destination, headerLength, payload, ssrc, index, stream.KeepsFingerprints ? null : batch))
        {
            return Withhold(destination);
        }

        if (stream.KeepsFingerprints)
        {
            var fingerprint = BinaryPrimitives.ReadUInt32BigEndian(destination[(headerLength + payload.Length)..]);
            if (verdict == ReplayVerdict.Seen)
            {
                return stream.WasSent(index, fingerprint) ? destination.Length : Withhold(destination);
            }

            stream.Remember(index, fingerprint);
        }

        stream.Rtp.Mark(index);
        _streams.Commit(stream);
        return destination.Length;
    }

    private static SrtpCipher Derive(SrtpKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return SrtpCipher.Derive(keys.Profile, keys.LocalKey, keys.LocalSalt, seals: true);
    }

    private static bool TrySlice(ReadOnlySpan<byte> packet, int overhead, ref Span<byte> destination)
    {
        var length = packet.Length + overhead;
        if (destination.Length < length || (packet.Overlaps(destination, out var offset) && offset != 0))
        {
            return false;
        }

        destination = destination[..length];
        return true;
    }

    private static int Withhold(Span<byte> destination)
    {
        destination.Clear();
        return -1;
    }
}
