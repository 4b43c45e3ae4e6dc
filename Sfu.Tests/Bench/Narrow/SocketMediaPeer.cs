using Sfu.Bench.Load;
using Sfu.Media.Net;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Srtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support.Loopback;
using Sfu.Tests.Support.Network;

namespace Sfu.Bench.Narrow;

/// <summary>
/// A client over a real socket for the tests' cameras and receivers. What it gets takes a simulated link, where there is one. Load thread
/// only.
/// </summary>
internal sealed class SocketMediaPeer : IMediaPeer, IMediaListener
{
    /// <summary>Packets that are kept for sending them again: enough for who is asked at once. Each in its place, since collections stop the thread.</summary>
    private const int Kept = 128;

    private const int MaxPacketBytes = 1500;

    // Given.
    private readonly LoadTransport _transport;

    // Owned.
    private readonly byte[] _kept = new byte[Kept * MaxPacketBytes];
    private readonly (uint Ssrc, ushort Sequence, int Length)[] _keys = new (uint, ushort, int)[Kept];

    // State.
    private int _next;
    private SimulatedLink<byte[]>? _link;
    private MediaTime _linkStart;
    private long _linkUs;

    public SocketMediaPeer(LoadTransport transport)
    {
        _transport = transport;
        transport.Listener = this;
    }

    public MediaTime Now => MediaClock.Now;

    public Action<byte[]>? OnRtcp { get; set; }

    /// <summary>Hears each plain RTP packet when it comes.</summary>
    public Action<byte[], MediaTime>? OnRtp { get; set; }

    /// <summary>Packets that did not prove authentic.</summary>
    public long Forged { get; private set; }

    /// <summary>From now on what comes takes this way, whose time begins now.</summary>
    public void TakeLink(SimulatedLink<byte[]> link, MediaTime now)
    {
        _link = link;
        _linkStart = now;
        _linkUs = 0;
    }

    public void SendRtp(ReadOnlySpan<byte> packet)
    {
        Assert.True(RtpPacket.TryParse(packet, out var view));
        _keys[_next] = (view.Ssrc, view.SequenceNumber, packet.Length);
        packet.CopyTo(_kept.AsSpan(_next * MaxPacketBytes, MaxPacketBytes));
        _next = (_next + 1) % Kept;
        _ = _transport.SendRtp(packet, view.HeaderLength);
    }

    public void SendRtcp(ReadOnlySpan<byte> compound) => _transport.SendRtcp(compound);

    public byte[]? FindSent(uint ssrc, ushort sequence)
    {
        var place = Array.FindIndex(_keys, key => key.Length > 0 && key.Ssrc == ssrc && key.Sequence == sequence);
        return place < 0 ? null : _kept.AsSpan(place * MaxPacketBytes, _keys[place].Length).ToArray();
    }

    public void OnProtected(Span<byte> packet, long arrivedNs, SrtpReceiver receiver)
    {
        if (!TryUnprotect(packet, receiver, out var length))
        {
            Forged++;
            return;
        }

        var now = Now;
        var plain = packet[..length].ToArray();
        if (_link is { } link)
        {
            // A load thread that comes late is no part of the path.
            var lateUs = arrivedNs == 0 ? 0 : Math.Max(0, (Native.RealTimeNs() - arrivedNs) / 1000);
            _linkUs = Math.Max(_linkUs, now.UsSince(_linkStart) - lateUs);
            link.Send(plain, packet.Length, _linkUs);
        }
        else
        {
            Take(plain, now);
        }
    }

    /// <summary>Takes what has come over the link.</summary>
    public void OnTime(MediaTime now)
    {
        if (_link is not { } link)
        {
            return;
        }

        _linkUs = Math.Max(_linkUs, now.UsSince(_linkStart));
        while (link.TryReceive(_linkUs, out var plain, out var arrivedUs))
        {
            Take(plain, _linkStart.PlusUs(arrivedUs));
        }
    }

    private static bool TryUnprotect(Span<byte> packet, SrtpReceiver receiver, out int length)
    {
        length = 0;
        return RtcpPacket.IsRtcp(packet)
            ? receiver.UnprotectRtcp(packet, out length) == SrtpStatus.Ok
            : RtpPacket.TryParseHeader(packet, out var header) && receiver.UnprotectRtp(packet, header.HeaderLength, out length) == SrtpStatus.Ok;
    }

    private void Take(byte[] plain, MediaTime now)
    {
        if (RtcpPacket.IsRtcp(plain))
        {
            OnRtcp?.Invoke(plain);
        }
        else
        {
            OnRtp?.Invoke(plain, now);
        }
    }
}
