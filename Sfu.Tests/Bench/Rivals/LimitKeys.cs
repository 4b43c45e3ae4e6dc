using System.Security.Cryptography;
using Sfu.Media.Srtp;

namespace Sfu.Bench.Rivals;

/// <summary>Master key and salt of one direction, known to both ends beforehand.</summary>
internal sealed class LimitKeys(SrtpProfile profile)
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(profile.KeyLength());
    private readonly byte[] _salt = RandomNumberGenerator.GetBytes(profile.SaltLength());

    /// <summary>For an end that uses one direction only.</summary>
    public SrtpKeys ForLoad() => new(profile, _key, _salt, _key, _salt);

    public override string ToString() => $"{Convert.ToHexString(_key)} {Convert.ToHexString(_salt)}";
}
