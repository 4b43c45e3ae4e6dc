using System.Text;
using Sfu.Media.Stun;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Stun;

public sealed class StunRobustnessSpecs
{
    private static readonly byte[][] Samples =
        [Rfc5769Vectors.Request, Rfc5769Vectors.IPv4Response, Rfc5769Vectors.IPv6Response, Rfc5769Vectors.LongTermRequest];

    private static readonly byte[] Key = Encoding.ASCII.GetBytes(Rfc5769Vectors.Password);

    [Fact]
    public void Truncation_at_each_byte_is_no_message()
    {
        foreach (var sample in Samples)
        {
            for (var length = 0; length < sample.Length; length++)
            {
                var cut = sample[..length];
                Assert.False(StunMessage.TryParse(cut, out _));
                StunMessage.TryGetLocalUfrag(cut, out _);
                if (length < 20)
                {
                    continue;
                }

                // With a length field that claims the cut is whole, the attribute walk itself meets the end.
                cut[2] = (byte)((length - 20) >> 8);
                cut[3] = (byte)(length - 20);
                Read(cut);
            }
        }
    }

    [Fact]
    public void Random_mutation_never_throws_and_never_passes_for_genuine()
    {
        var random = new SeededRandom(5769);
        for (var i = 0; i < 40_000; i++)
        {
            var sample = Samples[i % Samples.Length];
            var bytes = sample.ToArray();
            for (var n = random.Next(4); n >= 0; n--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            if (random.Next(8) == 0)
            {
                bytes = bytes[..random.Next(bytes.Length)];
            }

            var genuine = Read(bytes);
            Assert.True(!genuine || bytes.AsSpan().SequenceEqual(sample));
        }
    }

    [Fact]
    public void Random_bytes_behind_a_valid_header_never_throw()
    {
        var random = new SeededRandom(8489);
        var bytes = new byte[256];
        for (var i = 0; i < 20_000; i++)
        {
            var length = random.Next(bytes.Length / 4) * 4;
            random.Fill(bytes);
            Rfc5769Vectors.Request.AsSpan(0, 20).CopyTo(bytes);
            if (length < 20)
            {
                length = 20;
            }

            bytes[2] = 0;
            bytes[3] = (byte)(length - 20);
            for (var at = 20; at + 4 <= length; at += 8)
            {
                // Small lengths and low types make the walk go deep.
                bytes[at] = (byte)(random.Next(2) == 0 ? 0x80 : 0);
                bytes[at + 2] = 0;
                bytes[at + 3] = (byte)random.Next(24);
            }

            Assert.False(Read(bytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Oversize_messages_are_refused()
    {
        var bytes = new byte[StunMessage.MaxBytes + 4];
        Rfc5769Vectors.Request.AsSpan(0, 20).CopyTo(bytes);
        bytes[2] = (byte)((bytes.Length - 20) >> 8);
        bytes[3] = unchecked((byte)(bytes.Length - 20));
        Assert.True(StunMessage.IsStun(bytes));
        Assert.False(StunMessage.TryParse(bytes, out _));
    }

    [Fact]
    public void Reading_and_proving_a_message_allocates_nothing()
    {
        Assert.True(Read(Rfc5769Vectors.Request));
        Assert.Equal(0, AllocationProbe.Measure(static _ => Read(Rfc5769Vectors.Request)));
    }

    /// <summary>Reads everything that can be read; true when fingerprint and integrity are right.</summary>
    private static bool Read(ReadOnlySpan<byte> bytes)
    {
        StunMessage.TryGetLocalUfrag(bytes, out _);
        if (!StunMessage.TryParse(bytes, out var message))
        {
            return false;
        }

        _ = message.Class;
        _ = message.Method;
        _ = message.TransactionId;
        _ = message.Username;
        _ = message.Priority;
        _ = message.Nomination;
        _ = message.ErrorCode;
        _ = message.UnknownAttributes;
        _ = message.UnknownRequired;
        _ = message.TryGetXorMappedAddress(out _);
        var fingerprint = message.CheckFingerprint();
        return message.CheckMessageIntegrity(Key) && fingerprint == StunFingerprintStatus.Valid;
    }
}
