using System.Globalization;
using System.Net;

namespace Sfu.Host.Options;

/// <summary>Where an HTTP listener binds: <c>localhost:8080</c>, <c>127.0.0.1:0</c>, <c>[::1]:8080</c>, <c>*:8080</c>. Port 0: a free one.</summary>
/// <param name="Address">Null for <c>localhost</c> (both loopback addresses).</param>
/// <param name="Port">0 … 65535.</param>
internal sealed record ListenAddress(IPAddress? Address, int Port)
{
    public static ListenAddress Parse(string text, string option)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port > IPEndPoint.MaxPort)
        {
            throw new StartException($"{option}: '{text}' is not of the form ADDRESS:PORT, for example localhost:8080 or [::]:8080.");
        }

        var host = text[..colon];
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return new ListenAddress(null, port);
        }

        if (host == "*")
        {
            return new ListenAddress(IPAddress.IPv6Any, port);
        }

        var bracketed = host.Length > 2 && host[0] == '[' && host[^1] == ']';
        var bare = bracketed ? host[1..^1] : host;
        return IPAddress.TryParse(bare, out var address) && bracketed == bare.Contains(':', StringComparison.Ordinal)
            ? new ListenAddress(address, port)
            : throw new StartException($"{option}: '{host}' is not an IP address; names other than localhost are not looked up.");
    }
}
