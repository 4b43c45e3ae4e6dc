using Sfu.Media.Ortc;

namespace Sfu.Tests.Unit.Ortc;

public sealed class ScalabilityModeSpecs
{
    [Fact]
    public void Modes_are_read_as_by_mediasoup()
    {
        foreach (var entry in OracleFixtures.All("scalabilityModes"))
        {
            var text = entry[0].GetString();
            var mode = ScalabilityMode.Parse(text);
            Assert.Equal(
                (text, entry[1].GetInt32(), entry[2].GetInt32(), entry[3].GetBoolean()),
                (text, mode.SpatialLayers, mode.TemporalLayers, mode.Ksvc));
        }
    }

    [Fact]
    public void No_mode_is_one_layer() => Assert.Equal(ScalabilityMode.Single, ScalabilityMode.Parse(null));

    [Theory]
    [InlineData("S3T3h", true)]
    [InlineData("L3T3", false)]
    [InlineData("nonsense", false)]
    public void S_modes_have_independent_spatial_layers(string text, bool independent) =>
        Assert.Equal(independent, ScalabilityMode.Parse(text).Independent);
}
