using System.Text.Json;
using Sfu.Host.Signaling;
using Sfu.Media.Ortc;

namespace Sfu.Tests.Unit.Host;

public sealed class KnownCapabilitiesSpecs
{
    private const string Opus =
        """{"codecs":[{"mimeType":"audio/opus","kind":"audio","clockRate":48000,"channels":2,"preferredPayloadType":111}],"headerExtensions":[]}""";

    private readonly KnownCapabilities _known = new();

    [Fact]
    public void Equal_texts_are_one_object()
    {
        var first = Parse(Opus);

        Assert.Same(first, Parse(Opus));
        Assert.Equal("audio/opus", Assert.Single(first!.Codecs).MimeType);
    }

    [Fact]
    public void Another_text_is_another_object_also_where_it_differs_in_a_byte()
    {
        var first = Parse(Opus);
        var second = Parse(Opus.Replace("111", "112", StringComparison.Ordinal));

        Assert.Equal(111, first!.Codecs[0].PreferredPayloadType);
        Assert.Equal(112, second!.Codecs[0].PreferredPayloadType);
    }

    [Fact]
    public void What_is_wrong_stays_wrong()
    {
        var wrong = Opus.Replace("48000", "-1", StringComparison.Ordinal);
        for (var i = 0; i < 2; i++)
        {
            Assert.False(_known.TryParse(JsonElement.Parse(wrong), out var none, out var error, "rtpCapabilities"));
            Assert.Null(none);
            Assert.StartsWith("rtpCapabilities.codecs[0].clockRate", error.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Invented_descriptions_displace_others_and_take_no_more_room()
    {
        for (var i = 0; i < 5000; i++)
        {
            var text = Opus.Replace("opus", $"codec{i}", StringComparison.Ordinal);
            Assert.Equal($"audio/codec{i}", Parse(text)!.Codecs[0].MimeType);
        }

        Assert.InRange(_known.Count, 2, 64);
    }

    [Fact]
    public void Long_description_is_read_and_not_kept()
    {
        var spacious = Opus.Replace(",", "," + new string(' ', 20_000), StringComparison.Ordinal);

        Assert.NotSame(Parse(spacious), Parse(spacious));
        Assert.Equal(0, _known.Count);
    }

    private RtpCapabilities? Parse(string text) =>
        _known.TryParse(JsonElement.Parse(text), out var capabilities, out var error, "rtpCapabilities") ? capabilities : throw new InvalidOperationException(error.Reason);
}
