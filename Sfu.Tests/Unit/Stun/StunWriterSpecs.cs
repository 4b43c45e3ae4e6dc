using System.Net;
using System.Text;
using Sfu.Media.Stun;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Stun;

public sealed class StunWriterSpecs
{
    private static readonly byte[] TransactionId = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    private static readonly byte[] Key = Encoding.ASCII.GetBytes(Rfc5769Vectors.Password);

    [Fact]
    public void Writes_the_sample_response_of_the_standard_byte_by_byte()
    {
        // The sample pads its 11-byte SOFTWARE with a space, so the space is written as part of the value here and the
        // attribute's length put right before the codes are computed.
        Span<byte> bytes = stackalloc byte[128];
        var writer = new StunWriter(bytes, StunClass.SuccessResponse, StunMethod.Binding, Rfc5769Vectors.IPv4Response.AsSpan(8, 12));
        writer.Write(StunAttribute.Software, "test vector "u8);
        bytes[23] = 11;
        writer.WriteXorMappedAddress(IpEndpoint.From(IPAddress.Parse("192.0.2.1"), 32853));
        writer.WriteMessageIntegrity(Key);
        writer.WriteFingerprint();
        Assert.Equal(Convert.ToHexStringLower(Rfc5769Vectors.IPv4Response), Convert.ToHexStringLower(bytes[..writer.Finish()]));
    }

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("2001:db8::1")]
    [InlineData("::1")]
    public void Mapped_addresses_survive_the_round_trip(string address)
    {
        Span<byte> bytes = stackalloc byte[128];
        var endpoint = IpEndpoint.From(IPAddress.Parse(address), 65535);
        var writer = new StunWriter(bytes, StunClass.SuccessResponse, StunMethod.Binding, TransactionId);
        writer.WriteXorMappedAddress(endpoint);
        Assert.True(StunMessage.TryParse(bytes[..writer.Finish()], out var message));
        Assert.True(message.TryGetXorMappedAddress(out var read));
        Assert.Equal(endpoint, read);
    }

    [Fact]
    public void A_peer_seen_through_a_dual_stack_socket_gets_its_IPv4_address()
    {
        Span<byte> bytes = stackalloc byte[128];
        var writer = new StunWriter(bytes, StunClass.SuccessResponse, StunMethod.Binding, TransactionId);
        writer.WriteXorMappedAddress(IpEndpoint.From(IPAddress.Parse("::ffff:192.0.2.1"), 1));
        Assert.Equal(20 + 4 + 8, writer.Finish());
    }

    [Theory]
    [InlineData(StunErrorCode.BadRequest)]
    [InlineData(StunErrorCode.Unauthenticated)]
    [InlineData(StunErrorCode.UnknownAttribute)]
    [InlineData(StunErrorCode.RoleConflict)]
    [InlineData(StunErrorCode.ServerError)]
    public void Error_codes_survive_the_round_trip(StunErrorCode code)
    {
        Span<byte> bytes = stackalloc byte[128];
        var writer = new StunWriter(bytes, StunClass.ErrorResponse, StunMethod.Binding, TransactionId);
        writer.WriteErrorCode(code);
        Assert.True(StunMessage.TryParse(bytes[..writer.Finish()], out var message));
        Assert.Equal(code, message.ErrorCode);
    }

    [Fact]
    public void What_does_not_fit_is_no_message_and_no_exception()
    {
        Span<byte> whole = stackalloc byte[256];
        var length = WriteAll(whole);
        Assert.NotEqual(0, length);
        for (var size = 0; size < length; size++)
        {
            Assert.Equal(0, WriteAll(whole[..size]));
        }

        Assert.Equal(length, WriteAll(whole[..length]));
    }

    private static int WriteAll(Span<byte> bytes)
    {
        var writer = new StunWriter(bytes, StunClass.ErrorResponse, StunMethod.Binding, TransactionId);
        writer.WriteXorMappedAddress(IpEndpoint.From(IPAddress.IPv6Loopback, 1));
        writer.WriteErrorCode(StunErrorCode.UnknownAttribute);
        writer.WriteUnknownAttributes(default);
        writer.WriteUInt64(StunAttribute.IceControlling, 1);
        writer.WriteMessageIntegrity(Key);
        writer.WriteFingerprint();
        return writer.Finish();
    }
}
