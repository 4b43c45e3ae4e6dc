using System.Globalization;
using System.Reflection;
using Sfu.Media.Srtp;
using Xunit.Sdk;

namespace Sfu.Tests.Unit.Srtp;

/// <summary>A row for tags made this many at a time, before other values; skipped, and counted as that, where the processor has no vectors for it.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class TagLanesDataAttribute : DataAttribute
{
    private readonly int _lanes;

    /// <param name="lanes">16 or 8; 1 or 0: one by one, anywhere.</param>
    public TagLanesDataAttribute(int lanes)
    {
        _lanes = lanes;
        Skip = lanes <= Math.Max(1, SrtpTagBatch.BestLanes) ? null! : string.Create(
            CultureInfo.InvariantCulture, $"this processor makes {SrtpTagBatch.BestLanes} tags at a time at most, not {lanes}");
    }

    /// <summary>Whether there is to be a row for each profile.</summary>
    public bool EachProfile { get; set; }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) =>
        EachProfile ? SrtpProfiles.ByPreference.Select(profile => (object[])[_lanes, profile]) : [[_lanes]];
}
