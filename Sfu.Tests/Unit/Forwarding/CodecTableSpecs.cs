using System.Collections.Immutable;
using Sfu.Media.Codecs;
using Sfu.Media.Forwarding;
using Sfu.Media.Ortc;

namespace Sfu.Tests.Unit.Forwarding;

/// <summary>The codecs of one side by payload type, and one table for all that were told of the same list.</summary>
public sealed class CodecTableSpecs
{
    [Fact]
    public void Payload_types_are_found_and_others_are_not()
    {
        var table = CodecTable.Of(Parameters(Codec("video/VP8", 96), Codec("video/rtx", 97)));
        Assert.Equal(CodecKind.Vp8, table[96]?.Kind);
        Assert.Equal(CodecKind.Rtx, table[97]?.Kind);
        Assert.Null(table[95]);
        Assert.Null(table[98]);
        Assert.Equal(96, (int?)table.Media?.PayloadType);
    }

    [Fact]
    public void Who_was_told_of_the_same_list_has_the_same_table()
    {
        var parameters = Parameters(Codec("audio/opus", 111));
        Assert.Same(CodecTable.Of(parameters), CodecTable.Of(parameters with { Mid = "1" }));
    }

    [Fact]
    public void Lists_that_take_each_others_place_have_each_their_own()
    {
        // More of them than are remembered.
        var lists = Enumerable.Range(0, 500).Select(static i => Parameters(Codec("video/VP8", 96 + (i % 30)))).ToArray();
        for (var round = 0; round < 2; round++)
        {
            foreach (var parameters in lists)
            {
                Assert.Equal(parameters.Codecs[0].PayloadType, (int?)CodecTable.Of(parameters).Media?.PayloadType);
            }
        }
    }

    [Fact]
    public void No_codecs_are_an_empty_table()
    {
        var table = CodecTable.Of(Parameters());
        Assert.Null(table.Media);
        Assert.Null(table[0]);
    }

    private static RtpCodecParameters Codec(string mimeType, int payloadType) => new() { MimeType = mimeType, PayloadType = payloadType, ClockRate = 90_000 };

    private static RtpParameters Parameters(params ImmutableArray<RtpCodecParameters> codecs) => new() { Codecs = codecs };
}
