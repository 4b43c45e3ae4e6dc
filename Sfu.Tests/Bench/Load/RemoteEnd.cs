using System.Net;
using System.Text.Json;
using Sfu.Media.Dtls;
using Sfu.Media.Wire;

namespace Sfu.Bench.Load;

/// <summary>What a client learns of a server's transport by signalling.</summary>
/// <param name="Address">Of the candidate.</param>
/// <param name="IsTcp">Whether it is a passive TCP candidate.</param>
/// <param name="Ufrag">ICE user fragment.</param>
/// <param name="Password">ICE password.</param>
/// <param name="Fingerprints">Of the DTLS certificate.</param>
internal sealed record RemoteEnd(IpEndpoint Address, bool IsTcp, string Ufrag, string Password, IReadOnlyList<DtlsFingerprint> Fingerprints)
{
    /// <summary>As mediasoup and the node describe a transport.</summary>
    public static RemoteEnd Of(JsonElement transport, bool tcp = false)
    {
        var protocol = tcp ? "tcp" : "udp";
        var candidate = transport.GetProperty("iceCandidates").EnumerateArray().First(c => c.GetProperty("protocol").GetString() == protocol);
        var ice = transport.GetProperty("iceParameters");
        return new RemoteEnd(
            IpEndpoint.From(IPAddress.Parse(candidate.GetProperty("ip").GetString()!), candidate.GetProperty("port").GetInt32()),
            tcp,
            ice.GetProperty("usernameFragment").GetString()!,
            ice.GetProperty("password").GetString()!,
            [.. transport.GetProperty("dtlsParameters").GetProperty("fingerprints").EnumerateArray()
                .Select(f => new DtlsFingerprint(f.GetProperty("algorithm").GetString()!, f.GetProperty("value").GetString()!))]);
    }
}
