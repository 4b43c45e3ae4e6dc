namespace Sfu.Tests.EndToEnd;

/// <summary>A test with a real browser, several times.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public const string Reason = "there is no Chromium: install it (apt-get install chromium) or name one in SFU_CHROMIUM";

    public BrowserTheoryAttribute() => Skip = Requirements.SkipUnless(Requirements.Chromium is not null, Reason);
}
