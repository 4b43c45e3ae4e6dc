using System.Buffers.Binary;
using System.Security.Cryptography;
using Sfu.Media.Srtp;

namespace Sfu.Tests.Unit.Srtp;

/// <summary>SRTP written a second time, plainly and from the RFCs, on .NET's own cryptography: what the packet path is compared with.</summary>
internal sealed class ReferenceSrtp
{
    private readonly SrtpProfile _profile;
    private readonly byte[] _rtpKey;
    private readonly byte[] _rtpMacKey;
    private readonly byte[] _rtpSalt;
    private readonly byte[] _rtcpKey;
    private readonly byte[] _rtcpMacKey;
    private readonly byte[] _rtcpSalt;

    public ReferenceSrtp(SrtpProfile profile, ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt)
    {
        _profile = profile;
        _rtpKey = Derive(masterKey, masterSalt, 0, masterKey.Length);
        _rtpMacKey = Derive(masterKey, masterSalt, 1, 20);
        _rtpSalt = Derive(masterKey, masterSalt, 2, masterSalt.Length);
        _rtcpKey = Derive(masterKey, masterSalt, 3, masterKey.Length);
        _rtcpMacKey = Derive(masterKey, masterSalt, 4, 20);
        _rtcpSalt = Derive(masterKey, masterSalt, 5, masterSalt.Length);
    }

    /// <summary>RFC 3711 §4.3.3: x is the label at bit 48 xor the master salt, the PRF is AES-CM under IV x · 2^16.</summary>
    public static byte[] Derive(ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt, byte label, int length)
    {
        var x = new byte[16];
        masterSalt.CopyTo(x);
        x[7] ^= label;
        return CounterMode(masterKey, x, new byte[length]);
    }

    public byte[] ProtectRtp(byte[] packet, int headerLength, uint roc)
    {
        var header = packet[..headerLength];
        var index = new byte[6];
        BinaryPrimitives.WriteUInt32BigEndian(index, roc);
        packet.AsSpan(2, 2).CopyTo(index.AsSpan(4));
        var ssrc = packet[8..12];
        if (_profile is SrtpProfile.AeadAes128Gcm or SrtpProfile.AeadAes256Gcm)
        {
            return [.. header, .. Seal(_rtpKey, Xor(_rtpSalt, [0, 0, .. ssrc, .. index]), packet[headerLength..], header)];
        }

        byte[] encrypted = [.. header, .. CounterMode(_rtpKey, [.. Xor(_rtpSalt, [0, 0, 0, 0, .. ssrc, .. index]), 0, 0], packet[headerLength..])];
        var mac = Mac(_rtpMacKey, [.. encrypted, .. index[..4]]);
        return [.. encrypted, .. mac[..(_profile == SrtpProfile.AesCm128HmacSha1Tag32 ? 4 : 10)]];
    }

    public byte[] ProtectRtcp(byte[] compound, uint index, bool encrypts)
    {
        var word = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(word, index | (encrypts ? 0x8000_0000 : 0));
        var plainWord = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(plainWord, index);
        var ssrc = compound[4..8];
        if (_profile is SrtpProfile.AeadAes128Gcm or SrtpProfile.AeadAes256Gcm)
        {
            var iv = Xor(_rtcpSalt, [0, 0, .. ssrc, 0, 0, .. plainWord]);
            return encrypts
                ? [.. compound[..8], .. Seal(_rtcpKey, iv, compound[8..], [.. compound[..8], .. word]), .. word]
                : [.. compound, .. Seal(_rtcpKey, iv, [], [.. compound, .. word]), .. word];
        }

        byte[] counter = [.. Xor(_rtcpSalt, [0, 0, 0, 0, .. ssrc, 0, 0, .. plainWord]), 0, 0];
        byte[] authenticated = [.. compound[..8], .. encrypts ? CounterMode(_rtcpKey, counter, compound[8..]) : compound[8..], .. word];
        return [.. authenticated, .. Mac(_rtcpMacKey, authenticated)[..10]];
    }

#pragma warning disable CA5350 // The profiles are defined on SHA-1 (RFC 3711 §4.2.1).
    public static byte[] Mac(byte[] key, byte[] message) => HMACSHA1.HashData(key, message);
#pragma warning restore CA5350

    private static byte[] Seal(byte[] key, byte[] iv, byte[] plain, byte[] associated)
    {
        using var gcm = new AesGcm(key, 16);
        var output = new byte[plain.Length + 16];
        gcm.Encrypt(iv, plain, output.AsSpan(0, plain.Length), output.AsSpan(plain.Length), associated);
        return output;
    }

    private static byte[] CounterMode(ReadOnlySpan<byte> key, byte[] firstBlock, byte[] input)
    {
        using var aes = Aes.Create();
        aes.Key = key.ToArray();
        var output = new byte[input.Length];
        var counter = (byte[])firstBlock.Clone();
        for (var at = 0; at < input.Length; at += 16)
        {
            var keystream = aes.EncryptEcb(counter, PaddingMode.None);
            for (var i = at; i < Math.Min(at + 16, input.Length); i++)
            {
                output[i] = (byte)(input[i] ^ keystream[i - at]);
            }

            for (var i = 15; i >= 0 && ++counter[i] == 0; i--)
            {
            }
        }

        return output;
    }

    private static byte[] Xor(byte[] a, byte[] b)
    {
        Assert.Equal(a.Length, b.Length);
        return [.. a.Zip(b, (x, y) => (byte)(x ^ y))];
    }
}
