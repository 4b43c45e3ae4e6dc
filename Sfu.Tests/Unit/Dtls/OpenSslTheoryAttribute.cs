using Sfu.Tests.EndToEnd;

namespace Sfu.Tests.Unit.Dtls;

/// <summary>A test with the program <c>openssl</c>, for several cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OpenSslTheoryAttribute : TheoryAttribute
{
    public OpenSslTheoryAttribute() => Skip = Requirements.SkipUnless(Requirements.OpenSsl is not null, "openssl is not installed: ./build.sh test installs it");
}
