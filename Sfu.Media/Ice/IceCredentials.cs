using System.Text;
using Sfu.Media.Stun;
using Sfu.Media.Wire;

namespace Sfu.Media.Ice;

/// <summary>
/// A ufrag and its password, RFC 8839 §5.4, with their bytes at hand for the check of MESSAGE-INTEGRITY. Immutable. Any thread.
/// Printing it leaves the password out.
/// </summary>
public sealed record IceCredentials
{
    /// <summary>Characters of a ufrag made here. The standard allows 256; nothing needs more, and lookup keys are of this size.</summary>
    public const int MaxUfragLength = 32;
    public const int MinUfragLength = 4;
    public const int MinPasswordLength = 22;
    public const int MaxPasswordLength = 256;

    private const int GeneratedLength = 32;

    private readonly byte[] _ufragBytes;
    private readonly byte[] _passwordBytes;

    /// <param name="ufrag">4 … 32 ice-chars: letters, digits, '+', '/'.</param>
    /// <param name="password">22 … 256 ice-chars.</param>
    /// <exception cref="ArgumentException">A wrong length or another character.</exception>
    public IceCredentials(string ufrag, string password)
    {
        Validate(ufrag, MinUfragLength, MaxUfragLength, nameof(ufrag));
        Validate(password, MinPasswordLength, MaxPasswordLength, nameof(password));
        Ufrag = ufrag;
        Password = password;
        _ufragBytes = Encoding.ASCII.GetBytes(ufrag);
        _passwordBytes = Encoding.ASCII.GetBytes(password);
    }

    public string Ufrag { get; }

    public string Password { get; }

    public ReadOnlySpan<byte> UfragBytes => _ufragBytes;

    public ReadOnlySpan<byte> PasswordBytes => _passwordBytes;

    /// <summary>160 bits of randomness each in ufrag and password.</summary>
    public static IceCredentials Create(IRandomSource random) =>
        new(random.NextIceChars(GeneratedLength), random.NextIceChars(GeneratedLength));

    /// <summary>
    /// Whether a request was made for this ufrag by someone who holds the password: RFC 8445 §7.3. Allocates nothing, so any
    /// thread can ask before a transport has a home.
    /// </summary>
    public bool Authenticate(in StunMessage request)
    {
        var username = request.Username;
        return username.Length > _ufragBytes.Length
            && username[_ufragBytes.Length] == (byte)':'
            && username.StartsWith(_ufragBytes)
            && request.CheckMessageIntegrity(_passwordBytes);
    }

    public bool Equals(IceCredentials? other) => other is not null && Ufrag == other.Ufrag && Password == other.Password;

    public override int GetHashCode() => HashCode.Combine(Ufrag, Password);

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Ufrag = ").Append(Ufrag);
        return true;
    }

    private static void Validate(string value, int min, int max, string name)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        if (value.Length < min || value.Length > max)
        {
            throw new ArgumentException($"Needs {min} to {max} characters.", name);
        }

        foreach (var c in value)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '/'))
            {
                throw new ArgumentException("Only letters, digits, '+' and '/' are ice-chars.", name);
            }
        }
    }
}
