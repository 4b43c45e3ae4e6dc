using System.Net;

namespace Sfu.Host.Health;

/// <summary>Whether a request comes from this machine itself, and not by a proxy on it or by a page of another site.</summary>
internal static class LoopbackOnly
{
    public static bool Allows(HttpContext context)
    {
        var remote = context.Connection.RemoteIpAddress;
        var headers = context.Request.Headers;
        return remote is not null
            && IPAddress.IsLoopback(remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote)
            && !headers.ContainsKey("Forwarded")
            && !headers.ContainsKey("X-Forwarded-For")
            && IsLoopbackName(context.Request.Host.Host);
    }

    /// <summary>A name that is looked up could be pointed here by the page that uses it.</summary>
    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
