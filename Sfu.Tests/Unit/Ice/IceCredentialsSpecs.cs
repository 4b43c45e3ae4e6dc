using Sfu.Media.Ice;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Ice;

public sealed class IceCredentialsSpecs
{
    [Fact]
    public void Made_credentials_are_long_and_different()
    {
        var random = new SeededRandom(1);
        var a = IceCredentials.Create(random);
        var b = IceCredentials.Create(random);
        Assert.Equal(32, a.Ufrag.Length);
        Assert.Equal(32, a.Password.Length);
        Assert.Equal(4, new[] { a.Ufrag, a.Password, b.Ufrag, b.Password }.Distinct().Count());
    }

    [Fact]
    public void Equal_credentials_are_equal_values()
    {
        var password = new string('p', 22);
        Assert.Equal(new IceCredentials("abcd", password), new IceCredentials("abcd", password));
        Assert.NotEqual(new IceCredentials("abcd", password), new IceCredentials("abce", password));
        Assert.Equal(new IceCredentials("abcd", password).GetHashCode(), new IceCredentials("abcd", password).GetHashCode());
    }

    [Fact]
    public void Printing_leaves_the_password_out()
    {
        var text = new IceCredentials("abcd", new string('p', 22)).ToString();
        Assert.Contains("abcd", text, StringComparison.Ordinal);
        Assert.DoesNotContain("ppp", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abc", 22)]
    [InlineData("ab:d", 22)]
    [InlineData("ab d", 22)]
    [InlineData("abcdefghijklmnopqrstuvwxyzabcdefg", 22)]
    [InlineData("abcd", 21)]
    [InlineData("abcd", 257)]
    public void What_the_grammar_does_not_allow_is_refused(string ufrag, int passwordLength) =>
        Assert.Throws<ArgumentException>(() => new IceCredentials(ufrag, new string('p', passwordLength)));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 10)]
    [InlineData(10, 10)]
    [InlineData(30, 30)]
    [InlineData(600, 60)]
    public void Consent_timeouts_are_brought_into_their_range(int given, int used) =>
        Assert.Equal(used, new IceAgentSettings { ConsentTimeoutSeconds = given }.ConsentTimeoutSeconds);

    [Fact]
    public void Senseless_settings_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new IceAgentSettings { ConsentTimeoutSeconds = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new IceAgentSettings { MaxTuples = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new IceAgentSettings { MaxTuples = 257 });
    }
}
