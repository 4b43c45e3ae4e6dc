using System.Buffers.Binary;
using Sfu.Media.Srtp;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Srtp;

/// <summary>A sender and the receiver of what it sends, with keys from a seed, and packets to send.</summary>
internal sealed class SrtpPair : IDisposable
{
    public const int HeaderLength = 12;
    public const uint Ssrc = 0xDEC0DED1;

    public SrtpPair(SrtpProfile profile, int seed = 1, int maxSent = SrtpSender.DefaultMaxStreams, int maxReceived = SrtpReceiver.DefaultMaxStreams)
    {
        var random = new SeededRandom(seed);
        Key = new byte[profile.KeyLength()];
        Salt = new byte[profile.SaltLength()];
        random.Fill(Key);
        random.Fill(Salt);
        var keys = new SrtpKeys(profile, Key, Salt, Key, Salt);
        Sender = new SrtpSender(keys, maxSent);
        Receiver = new SrtpReceiver(keys, maxReceived);
        keys.Clear();
    }

    public byte[] Key { get; }

    public byte[] Salt { get; }

    public SrtpSender Sender { get; }

    public SrtpReceiver Receiver { get; }

    public static byte[] Rtp(int sequence, int payloadLength = 20, uint ssrc = Ssrc, byte fill = 0)
    {
        var packet = new byte[HeaderLength + payloadLength];
        packet.AsSpan(HeaderLength).Fill((byte)(fill ^ sequence));
        packet[0] = 0x80;
        packet[1] = 111;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)sequence);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), (uint)(sequence * 960));
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), ssrc);
        return packet;
    }

    public static byte[] Rtcp(int bodyLength = 20, uint ssrc = Ssrc)
    {
        var packet = new byte[8 + bodyLength];
        packet.AsSpan(8).Fill(0x5A);
        packet[0] = 0x81;
        packet[1] = 201;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)((packet.Length / 4) - 1));
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), ssrc);
        return packet;
    }

    public byte[] Protect(byte[] packet)
    {
        var destination = new byte[packet.Length + SrtpProfiles.MaxRtpOverhead];
        var length = Sender.ProtectRtp(packet, HeaderLength, destination);
        Assert.True(length >= 0, "The sender refused a packet.");
        return destination[..length];
    }

    public bool Refuses(byte[] packet) =>
        Sender.ProtectRtp(packet, HeaderLength, new byte[packet.Length + SrtpProfiles.MaxRtpOverhead]) == -1;

    public byte[] ProtectRtcp(byte[] compound)
    {
        var destination = new byte[compound.Length + SrtpProfiles.MaxRtcpOverhead];
        var length = Sender.ProtectRtcp(compound, destination);
        Assert.True(length >= 0, "The sender refused a compound.");
        return destination[..length];
    }

    /// <summary>Unprotects a copy.</summary>
    public SrtpStatus Receive(byte[] packet) => Receiver.UnprotectRtp((byte[])packet.Clone(), HeaderLength, out _);

    /// <summary>Unprotects a copy.</summary>
    public SrtpStatus ReceiveRtcp(byte[] packet) => Receiver.UnprotectRtcp((byte[])packet.Clone(), out _);

    public void Dispose()
    {
        Sender.Dispose();
        Receiver.Dispose();
    }
}
