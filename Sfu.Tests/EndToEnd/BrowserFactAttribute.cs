namespace Sfu.Tests.EndToEnd;

/// <summary>A test with a real browser.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = Requirements.SkipUnless(Requirements.Chromium is not null, BrowserTheoryAttribute.Reason);
}
