using Sfu.Tests.EndToEnd;

namespace Sfu.Tests.Unit.Dtls;

/// <summary>A test with the program <c>openssl</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OpenSslFactAttribute : FactAttribute
{
    public OpenSslFactAttribute() => Skip = Requirements.SkipUnless(Requirements.OpenSsl is not null, "openssl is not installed: ./build.sh test installs it");
}
