using System.Buffers.Binary;
using System.Text;
using Sfu.Media.Stun;

namespace Sfu.Tests.Unit.Stun;

public sealed class StunMessageSpecs
{
    private static readonly byte[] TransactionId = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    private static readonly byte[] Key = Encoding.ASCII.GetBytes(Rfc5769Vectors.Password);

    private delegate void Fill(ref StunWriter writer);

    [Theory]
    [InlineData(0x00, true)]
    [InlineData(0x03, true)]
    [InlineData(0x04, false)] // RFC 7983: reserved.
    [InlineData(0x14, false)] // DTLS.
    [InlineData(0x40, false)] // TURN channels.
    [InlineData(0x80, false)] // RTP and RTCP.
    public void First_byte_tells_STUN_from_what_shares_its_port(byte first, bool isStun)
    {
        var datagram = Rfc5769Vectors.Request.ToArray();
        datagram[0] = first;
        Assert.Equal(isStun, StunMessage.IsStun(datagram));
    }

    [Fact]
    public void Without_header_cookie_or_whole_words_it_is_no_STUN()
    {
        Assert.True(StunMessage.IsStun(Rfc5769Vectors.Request));
        Assert.False(StunMessage.IsStun([]));
        Assert.False(StunMessage.IsStun(Rfc5769Vectors.Request.AsSpan(0, 19)));
        Assert.False(StunMessage.IsStun(With(Rfc5769Vectors.Request, 4, 0x20)));
        Assert.False(StunMessage.IsStun(With(Rfc5769Vectors.Request, 3, 0x59)));
    }

    [Theory]
    [InlineData(StunClass.Request, StunMethod.Binding, 0x0001)]
    [InlineData(StunClass.Indication, StunMethod.Binding, 0x0011)]
    [InlineData(StunClass.SuccessResponse, StunMethod.Binding, 0x0101)]
    [InlineData(StunClass.ErrorResponse, StunMethod.Binding, 0x0111)]
    [InlineData(StunClass.Request, (StunMethod)0x003, 0x0003)]
    [InlineData(StunClass.ErrorResponse, (StunMethod)0x0FF, 0x03FF)]
    public void Class_and_method_share_the_type_field(StunClass messageClass, StunMethod method, int type)
    {
        Span<byte> bytes = stackalloc byte[20];
        Assert.Equal(20, new StunWriter(bytes, messageClass, method, TransactionId).Finish());
        Assert.Equal(type, BinaryPrimitives.ReadUInt16BigEndian(bytes));
        Assert.True(StunMessage.TryParse(bytes, out var message));
        Assert.Equal(messageClass, message.Class);
        Assert.Equal(method, message.Method);
    }

    [Fact]
    public void Length_field_must_match_the_datagram()
    {
        Assert.False(StunMessage.TryParse([.. Rfc5769Vectors.Request, 0, 0, 0, 0], out _));
        Assert.False(StunMessage.TryParse(Rfc5769Vectors.Request.AsSpan(0, 104), out _));
    }

    [Fact]
    public void Of_duplicate_attributes_the_first_counts()
    {
        var bytes = Write((ref StunWriter w) =>
        {
            w.Write(StunAttribute.Username, "aaaa:bbbb"u8);
            w.Write(StunAttribute.Username, "cccc:dddd"u8);
            w.WriteUInt32(StunAttribute.Priority, 1);
            w.WriteUInt32(StunAttribute.Priority, 2);
        });
        Assert.True(StunMessage.TryParse(bytes, out var message));
        Assert.Equal("aaaa:bbbb", Encoding.ASCII.GetString(message.Username));
        Assert.Equal(1u, message.Priority);
    }

    [Fact]
    public void Attributes_after_integrity_are_ignored_except_the_fingerprint()
    {
        var bytes = Write((ref StunWriter w) =>
        {
            w.WriteUInt32(StunAttribute.Priority, 1);
            w.WriteMessageIntegrity(Key);
            w.Write(StunAttribute.UseCandidate, default);
            w.Write(StunAttribute.Username, "cccc:dddd"u8);
            w.WriteUInt32(StunAttribute.IceControlled, 0); // Of a wrong size even.
            w.Write((StunAttribute)0x7777, default);
            w.Write(StunAttribute.MessageIntegrity, new byte[20]);
            w.Write(StunAttribute.MessageIntegritySha256, new byte[32]);
            w.WriteFingerprint();
        });
        Assert.True(StunMessage.TryParse(bytes, out var message));
        Assert.False(message.HasUseCandidate);
        Assert.False(message.HasUsername);
        Assert.False(message.HasIceControlled);
        Assert.Equal(0, message.UnknownRequired.Count);
        Assert.True(message.CheckMessageIntegrity(Key));
        Assert.Equal(StunFingerprintStatus.Valid, message.CheckFingerprint());
    }

    [Fact]
    public void Fingerprint_must_come_last()
    {
        var bytes = Write((ref StunWriter w) =>
        {
            w.WriteFingerprint();
            w.WriteUInt32(StunAttribute.Priority, 1);
        });
        Assert.False(StunMessage.TryParse(bytes, out _));
    }

    [Fact]
    public void A_changed_bit_makes_fingerprint_and_integrity_wrong()
    {
        var bytes = With(Rfc5769Vectors.Request, 60, (byte)(Rfc5769Vectors.Request[60] ^ 1));
        Assert.True(StunMessage.TryParse(bytes, out var message));
        Assert.Equal(StunFingerprintStatus.Wrong, message.CheckFingerprint());
        Assert.False(message.CheckMessageIntegrity(Key));
    }

    [Theory]
    [InlineData(StunAttribute.Priority, 3)]
    [InlineData(StunAttribute.Priority, 8)]
    [InlineData(StunAttribute.UseCandidate, 4)]
    [InlineData(StunAttribute.IceControlled, 4)]
    [InlineData(StunAttribute.IceControlling, 12)]
    [InlineData(StunAttribute.Nomination, 2)]
    [InlineData(StunAttribute.LegacyNomination, 8)]
    [InlineData(StunAttribute.MessageIntegrity, 32)]
    [InlineData(StunAttribute.Fingerprint, 8)]
    [InlineData(StunAttribute.XorMappedAddress, 12)]
    [InlineData(StunAttribute.ErrorCode, 3)]
    public void Known_attributes_of_a_wrong_size_make_no_message(StunAttribute attribute, int length)
    {
        var bytes = Write((ref StunWriter w) => w.Write(attribute, new byte[length]));
        Assert.False(StunMessage.TryParse(bytes, out _));
    }

    [Theory]
    [InlineData(StunAttribute.Nomination)]
    [InlineData(StunAttribute.LegacyNomination)]
    public void Nomination_is_read_under_both_of_its_numbers(StunAttribute attribute)
    {
        var bytes = Write((ref StunWriter w) => w.WriteUInt32(attribute, 7));
        Assert.True(StunMessage.TryParse(bytes, out var message));
        Assert.True(message.HasNomination);
        Assert.Equal(7u, message.Nomination);
        Assert.Equal(0, message.UnknownRequired.Count);
    }

    [Fact]
    public void Unknown_required_attributes_are_listed_once_each_and_bounded()
    {
        var bytes = Write((ref StunWriter w) =>
        {
            w.Write((StunAttribute)0x8055, "optional"u8);
            w.Write((StunAttribute)0x7001, "x"u8);
            w.Write((StunAttribute)0x7001, "y"u8);
            for (var i = 2; i <= 20; i++)
            {
                w.Write((StunAttribute)(0x7000 + i), default);
            }
        });
        Assert.True(StunMessage.TryParse(bytes, out var message));
        var unknown = message.UnknownRequired;
        Assert.Equal(StunTypeList.Capacity, unknown.Count);
        for (var i = 0; i < unknown.Count; i++)
        {
            Assert.Equal(0x7001 + i, unknown[i]);
        }
    }

    [Fact]
    public void Local_ufrag_needs_a_user_name_with_a_colon_before_the_integrity()
    {
        Assert.False(StunMessage.TryGetLocalUfrag(Rfc5769Vectors.IPv4Response, out _));
        Assert.False(StunMessage.TryGetLocalUfrag(Write((ref StunWriter w) => w.Write(StunAttribute.Username, "nocolon"u8)), out _));
        Assert.False(StunMessage.TryGetLocalUfrag(Write((ref StunWriter w) => w.Write(StunAttribute.Username, ":right"u8)), out _));
        var late = Write((ref StunWriter w) =>
        {
            w.WriteMessageIntegrity(Key);
            w.Write(StunAttribute.Username, "left:right"u8);
        });
        Assert.False(StunMessage.TryGetLocalUfrag(late, out _));
    }

    private static byte[] Write(Fill fill)
    {
        Span<byte> bytes = stackalloc byte[512];
        var writer = new StunWriter(bytes, StunClass.Request, StunMethod.Binding, TransactionId);
        fill(ref writer);
        var length = writer.Finish();
        Assert.NotEqual(0, length);
        return bytes[..length].ToArray();
    }

    private static byte[] With(byte[] original, int offset, byte value)
    {
        var copy = original.ToArray();
        copy[offset] = value;
        return copy;
    }
}
