using System.Net;
using System.Security.Cryptography;
using System.Text;
using Sfu.Media.Ice;
using Sfu.Media.Stun;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Stun;

public sealed class Rfc5769Specs
{
    private static readonly byte[] Key = Encoding.ASCII.GetBytes(Rfc5769Vectors.Password);

    [Fact]
    public void Sample_request_is_read_and_proven()
    {
        Assert.True(StunMessage.TryParse(Rfc5769Vectors.Request, out var message));
        Assert.Equal(StunClass.Request, message.Class);
        Assert.Equal(StunMethod.Binding, message.Method);
        Assert.Equal("b7e7a701bc34d686fa87dfae", Convert.ToHexStringLower(message.TransactionId));
        Assert.Equal("evtj:h6vY", Encoding.ASCII.GetString(message.Username));
        Assert.Equal(0x6E0001FFu, message.Priority);
        Assert.True(message.HasIceControlled);
        Assert.False(message.HasIceControlling);
        Assert.False(message.HasUseCandidate);
        Assert.Equal(0, message.UnknownRequired.Count);
        Assert.Equal(StunFingerprintStatus.Valid, message.CheckFingerprint());
        Assert.True(message.CheckMessageIntegrity(Key));
        Assert.False(message.CheckMessageIntegrity("VOkJxbRl1RmTxUk/WvJxBT"u8));
        Assert.True(new IceCredentials(Rfc5769Vectors.Ufrag, Rfc5769Vectors.Password).Authenticate(message));
    }

    [Fact]
    public void Sample_request_names_the_ufrag_it_is_for()
    {
        Assert.True(StunMessage.TryGetLocalUfrag(Rfc5769Vectors.Request, out var ufrag));
        Assert.Equal(Rfc5769Vectors.Ufrag, Encoding.ASCII.GetString(ufrag));
    }

    [Fact]
    public void Sample_IPv4_response_is_read_and_proven() =>
        AssertResponse(Rfc5769Vectors.IPv4Response, "192.0.2.1");

    [Fact]
    public void Sample_IPv6_response_is_read_and_proven() =>
        AssertResponse(Rfc5769Vectors.IPv6Response, "2001:db8:1234:5678:11:2233:4455:6677");

    [Fact]
    public void Sample_request_with_long_term_credentials_is_proven()
    {
#pragma warning disable CA5351 // RFC 8489 §9.2.2 defines the key by MD5.
        var key = MD5.HashData(Encoding.UTF8.GetBytes("マトリックス:example.org:TheMatrIX"));
#pragma warning restore CA5351
        Assert.True(StunMessage.TryParse(Rfc5769Vectors.LongTermRequest, out var message));
        Assert.Equal("マトリックス", Encoding.UTF8.GetString(message.Username));
        Assert.Equal(StunFingerprintStatus.Absent, message.CheckFingerprint());
        Assert.True(message.CheckMessageIntegrity(key));
        Assert.Equal(0, message.UnknownRequired.Count);
    }

    private static void AssertResponse(byte[] bytes, string address)
    {
        Assert.True(StunMessage.TryParse(bytes, out var message));
        Assert.Equal(StunClass.SuccessResponse, message.Class);
        Assert.Equal(StunFingerprintStatus.Valid, message.CheckFingerprint());
        Assert.True(message.CheckMessageIntegrity(Key));
        Assert.True(message.TryGetXorMappedAddress(out var endpoint));
        Assert.Equal(IpEndpoint.From(IPAddress.Parse(address), 32853), endpoint);
    }
}
