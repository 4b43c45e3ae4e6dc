using Sfu.Media.Ortc;

namespace Sfu.Tests.Unit.Ortc;

public sealed class ParameterDictionarySpecs
{
    [Fact]
    public void Equality_is_by_content_and_not_by_order()
    {
        var one = ParameterDictionary.Of(("a", 1), ("b", "x"));
        var other = ParameterDictionary.Of(("b", "x"), ("a", 1));
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, ParameterDictionary.Of(("a", 1)));
        Assert.NotEqual(one, ParameterDictionary.Of(("a", "1"), ("b", "x")));
        Assert.NotEqual(one, ParameterDictionary.Of(("a", 1), ("c", "x")));
    }

    [Fact]
    public void A_key_that_comes_twice_takes_the_last_value_at_its_first_place()
    {
        var map = ParameterDictionary.Of(("a", 1), ("b", 2), ("a", 3));
        Assert.Equal("a=3;b=2", map.ToString());
        Assert.Equal("a=3;b=4;c=5", map.Merge(ParameterDictionary.Of(("b", 4), ("c", 5))).ToString());
        Assert.Equal("b=2", map.Without("a").ToString());
        Assert.Equal(map, map.Without("z"));
    }

    [Fact]
    public void An_absent_value_is_empty_and_differs_from_null()
    {
        Assert.True(ParameterDictionary.Empty["x"].IsEmpty);
        Assert.NotEqual(ParameterValue.Null, ParameterDictionary.Empty["x"]);
        Assert.True(((ParameterValue)0).IsEmpty);
        Assert.True(((ParameterValue)string.Empty).IsEmpty);
        Assert.False(((ParameterValue)"0").IsEmpty);
        Assert.False(ParameterDictionary.Empty.TryGetValue("x", out _));
    }
}
