using Sfu.Media.Srtp;

namespace Sfu.Tests.Unit.Srtp;

/// <summary>Theory data: each supported profile.</summary>
public sealed class AllProfiles : TheoryData<SrtpProfile>
{
    public AllProfiles()
    {
        foreach (var profile in SrtpProfiles.ByPreference)
        {
            Add(profile);
        }
    }
}
