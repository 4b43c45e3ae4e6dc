using System.Text;
using System.Text.Json.Serialization;

namespace Sfu.Media.Ice;

/// <summary>What a client needs to know of the agent, in mediasoup's JSON shape. Printing it leaves the password out.</summary>
public sealed record IceParameters(
    [property: JsonPropertyName("usernameFragment")] string UsernameFragment,
    [property: JsonPropertyName("password")] string Password,
    [property: JsonPropertyName("iceLite")] bool IceLite)
{
    public static IceParameters Of(IceCredentials credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        return new IceParameters(credentials.Ufrag, credentials.Password, IceLite: true);
    }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("UsernameFragment = ").Append(UsernameFragment).Append(", IceLite = ").Append(IceLite);
        return true;
    }
}
