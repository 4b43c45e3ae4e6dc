using Sfu.Media.Buffers;
using Sfu.Media.Ice;
using Sfu.Media.Rtcp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Tells by a datagram's first byte what it is, and by its path whose: checks, and what belongs to a transport here or to one of another
/// engine. Media thread only.
/// </summary>
internal sealed class Demultiplexer(MediaEngine engine)
{
    /// <summary>Packets that another engine had no room for.</summary>
    public long PassesRefused { get; set; }

    /// <summary>A datagram arrived. Its bytes are the engine's to change until the call returns.</summary>
    public void OnDatagram(in TransportTuple tuple, Span<byte> datagram, MediaTime now)
    {
        // RFC 7983 §7, narrowed to what a WebRTC peer sends.
        if (datagram.Length == 0)
        {
            return;
        }

        var first = datagram[0];
        if (first < 4)
        {
            engine.Checks.OnStun(tuple, datagram, now);
            return;
        }

        if (first is not ((>= 20 and <= 63) or (>= 128 and <= 191)))
        {
            return;
        }

        if (Find(tuple) is not { } transport)
        {
            if (engine.Routes.TryFindElsewhere(tuple, out var home))
            {
                Pass(home, tuple, datagram);
            }
        }
        else if (first <= 63)
        {
            transport.OnDtls(tuple, datagram, now);
        }
        else if (RtcpPacket.IsRtcp(datagram))
        {
            transport.OnSrtcp(tuple, datagram, now);
        }
        else
        {
            transport.OnSrtp(tuple, datagram, now);
        }
    }

    /// <summary>The transport whose path it is, which is served from now on; null: nobody's here.</summary>
    public MediaTransport? Find(in TransportTuple tuple) =>
        (engine.Routes.Find(tuple) ?? engine.Routes.OwnerOf(tuple.LocalSocket)) is { } transport ? engine.Faults.Served = transport : null;

    private void Pass(int home, in TransportTuple tuple, ReadOnlySpan<byte> datagram)
    {
        var pool = engine.Pool;
        var index = pool.Rent(datagram);
        if (index < 0)
        {
            return;
        }

        pool.Hand(index);
        if (!engine.Parts.Links.TryPass(home, PassedPacket.OfNetwork(tuple, index)))
        {
            pool.Unhand(index);
            PassesRefused++;
        }

        pool.Release(index);
    }
}
