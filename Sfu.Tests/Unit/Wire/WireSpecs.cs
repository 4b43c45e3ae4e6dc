using System.Net;
using Sfu.Media.Wire;
using SocketAddress = Sfu.Media.Net.SocketAddress;

namespace Sfu.Tests.Unit.Wire;

public sealed class WireSpecs
{
    [Theory]
    [InlineData(0, 65_535, true)]
    [InlineData(65_535, 0, false)]
    [InlineData(10, 5, true)]
    [InlineData(5, 5, false)]
    [InlineData(0x8000, 0, false)]
    public void Newer_means_less_than_half_the_number_space_ahead(int a, int b, bool newer) =>
        Assert.Equal(newer, Serial.IsNewer((ushort)a, (ushort)b));

    [Theory]
    [InlineData(20_000, 20_000)]
    [InlineData(20_001, 40_000)]
    [InlineData(0, 0)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public void Time_on_a_beat_is_this_one_or_the_next(long us, long expected) => Assert.Equal(expected, new MediaTime(us).OnBeat(20_000).Us);

    [Theory]
    [InlineData(0, 65_535, 65_536)]
    [InlineData(65_535, 65_536, 65_535)]
    [InlineData(5, 131_072, 131_077)]
    public void Unwrapped_number_lies_nearest_to_the_reference(int value, long reference, long expected) =>
        Assert.Equal(expected, Serial.Unwrap((ushort)value, reference));

    [Theory]
    [InlineData("127.0.0.1", 80, "127.0.0.1:80")]
    [InlineData("255.255.255.255", 65_535, "255.255.255.255:65535")]
    [InlineData("::1", 443, "[::1]:443")]
    [InlineData("2001:db8::7", 1, "[2001:db8::7]:1")]
    public void Endpoint_survives_the_kernels_form(string address, int port, string text)
    {
        var endpoint = IpEndpoint.From(IPAddress.Parse(address), port);
        Span<byte> kernel = stackalloc byte[SocketAddress.MaxLength];

        var length = SocketAddress.Write(endpoint, kernel);

        Assert.True(SocketAddress.TryRead(kernel[..length], out var read));
        Assert.Equal(endpoint, read);
        Assert.Equal(text, read.ToString());
        Assert.Equal(IPAddress.Parse(address), read.ToIPAddress());
    }

    [Fact]
    public void Mapped_and_plain_ipv4_are_one_endpoint() =>
        Assert.Equal(IpEndpoint.From(IPAddress.Parse("10.1.2.3"), 9), IpEndpoint.From(IPAddress.Parse("::ffff:10.1.2.3"), 9));

    [Fact]
    public void Kernel_address_of_another_family_or_length_is_refused()
    {
        Span<byte> kernel = stackalloc byte[SocketAddress.MaxLength];
        SocketAddress.Write(IpEndpoint.From(IPAddress.IPv6Loopback, 1), kernel);

        Assert.False(SocketAddress.TryRead(kernel[..16], out _));
        Assert.False(SocketAddress.TryRead(kernel[..3], out _));
        kernel[0] = 99;
        Assert.False(SocketAddress.TryRead(kernel, out _));
    }

    [Fact]
    public void Never_stays_never() => Assert.Equal(MediaTime.Never, MediaTime.Never.PlusMs(5));
}
