using System.Text.Json;
using Sfu.Media.Ice;

namespace Sfu.Tests.Unit.Ice;

public sealed class IceCandidatesSpecs
{
    private static readonly IceListenAddress Udp = new(TransportProtocol.Udp, "10.0.0.1", 44_444, "203.0.113.5", ExposeInternalIp: true);
    private static readonly IceListenAddress Tcp = Udp with { Protocol = TransportProtocol.Tcp };

    [Fact]
    public void Candidates_have_the_shape_that_clients_read()
    {
        var json = JsonSerializer.Serialize(IceCandidates.Create([Udp with { ExposeInternalIp = false }, Tcp with { ExposeInternalIp = false }]));
        using var document = JsonDocument.Parse(json);
        var udp = document.RootElement[0];
        Assert.Equal("203.0.113.5", udp.GetProperty("ip").GetString());
        Assert.Equal("203.0.113.5", udp.GetProperty("address").GetString());
        Assert.Equal(44_444, udp.GetProperty("port").GetInt32());
        Assert.Equal("udp", udp.GetProperty("protocol").GetString());
        Assert.Equal("host", udp.GetProperty("type").GetString());
        Assert.True(udp.GetProperty("priority").GetUInt32() > 0);
        Assert.Matches("^[0-9]{1,32}$", udp.GetProperty("foundation").GetString());
        Assert.False(udp.TryGetProperty("tcpType", out _));
        Assert.Equal("passive", document.RootElement[1].GetProperty("tcpType").GetString());
    }

    [Fact]
    public void Parameters_have_the_shape_that_clients_read()
    {
        var parameters = IceParameters.Of(new IceCredentials("abcd", new string('p', 22)));
        Assert.Equal(
            """{"usernameFragment":"abcd","password":"pppppppppppppppppppppp","iceLite":true}""", JsonSerializer.Serialize(parameters));
        Assert.DoesNotContain("ppp", parameters.ToString(), StringComparison.Ordinal);
        Assert.Contains("abcd", parameters.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Priority_has_the_host_preference_and_the_only_component()
    {
        var priority = IceCandidates.Priority(TransportProtocol.Udp, preferred: false, 0, isInternal: false);
        Assert.Equal(126u, priority >> 24);
        Assert.Equal(255u, priority & 0xFF);
    }

    [Theory]
    [InlineData(false, false, "udp 203.0.113.5,udp 10.0.0.1,tcp 203.0.113.5,tcp 10.0.0.1")]
    [InlineData(true, false, "udp 203.0.113.5,udp 10.0.0.1,tcp 203.0.113.5,tcp 10.0.0.1")]
    [InlineData(true, true, "udp 203.0.113.5,udp 10.0.0.1,tcp 203.0.113.5,tcp 10.0.0.1")]
    [InlineData(false, true, "tcp 203.0.113.5,tcp 10.0.0.1,udp 203.0.113.5,udp 10.0.0.1")]
    public void Preference_orders_the_protocols_and_the_internal_address_follows_the_announced(bool preferUdp, bool preferTcp, string expected)
    {
        var ordered = IceCandidates.Create([Tcp, Udp], preferUdp, preferTcp).OrderByDescending(c => c.Priority);
        Assert.Equal(expected, string.Join(',', ordered.Select(c => $"{c.Protocol} {c.Address}")));
    }

    [Fact]
    public void Earlier_addresses_rank_higher_and_no_two_priorities_are_equal()
    {
        var priorities = new List<uint>();
        foreach (var preferred in new[] { true, false })
        {
            foreach (var protocol in new[] { TransportProtocol.Udp, TransportProtocol.Tcp })
            {
                for (var i = 0; i < 8000; i++)
                {
                    priorities.Add(IceCandidates.Priority(protocol, preferred, i, isInternal: false));
                    priorities.Add(IceCandidates.Priority(protocol, preferred, i, isInternal: true));
                }
            }
        }

        Assert.Equal(priorities.OrderDescending(), priorities);
        Assert.Equal(priorities.Count, priorities.Distinct().Count());
    }

    [Fact]
    public void Foundations_differ_by_address_and_protocol_only()
    {
        var candidates = IceCandidates.Create([Udp, Tcp]);
        Assert.Equal(4, candidates.Select(c => c.Foundation).Distinct().Count());
        Assert.Equal(candidates[0].Foundation, IceCandidates.Create([Udp with { Port = 5 }])[0].Foundation);
    }

    [Fact]
    public void The_internal_address_is_shown_only_when_asked_and_not_twice()
    {
        Assert.Single(IceCandidates.Create([Udp with { ExposeInternalIp = false }]));
        Assert.Single(IceCandidates.Create([Udp with { AnnouncedAddress = null }]));
        Assert.Single(IceCandidates.Create([Udp with { AnnouncedAddress = Udp.Ip }]));
        Assert.Equal("media.example.org", IceCandidates.Create([Udp with { AnnouncedAddress = "media.example.org" }])[0].Address);
    }
}
