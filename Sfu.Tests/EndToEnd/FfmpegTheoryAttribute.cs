namespace Sfu.Tests.EndToEnd;

/// <summary>A test with a real browser and ffmpeg, for several cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FfmpegTheoryAttribute : TheoryAttribute
{
    public FfmpegTheoryAttribute() => Skip = Requirements.SkipUnless(
        Requirements.Chromium is not null && Requirements.Ffmpeg is not null, "Chromium or ffmpeg is not installed: ./build.sh test installs both");
}
