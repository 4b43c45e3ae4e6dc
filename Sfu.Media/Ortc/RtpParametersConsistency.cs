namespace Sfu.Media.Ortc;

/// <summary>What the members of one <see cref="RtpParameters"/> demand of each other.</summary>
internal static class RtpParametersConsistency
{
    public static void Check(RtpParameters parameters, string path, OrtcRules rules)
    {
        CheckCodecs(parameters, path, rules);
        CheckHeaderExtensions(parameters, path, rules);
        CheckEncodings(parameters, path, rules);
    }

    private static void CheckCodecs(RtpParameters parameters, string path, OrtcRules rules)
    {
        var payloadTypes = new HashSet<int>();
        var hasMedia = false;
        for (var i = 0; i < parameters.Codecs.Length; i++)
        {
            CodecView codec = parameters.Codecs[i];
            if (!payloadTypes.Add(parameters.Codecs[i].PayloadType))
            {
                rules.Fail($"{path}.codecs[{i}].payloadType", "must be unique");
            }

            if (!codec.IsFeature)
            {
                hasMedia = true;
            }
            else if (codec.IsRtx && !IsMedia(parameters, codec.AssociatedPayloadType))
            {
                rules.Fail($"{path}.codecs[{i}].parameters.apt", "must be the payload type of a media codec");
            }
        }

        if (!hasMedia)
        {
            rules.Fail($"{path}.codecs", "must hold a media codec");
        }
    }

    /// <summary>An id that means two extensions, or an extension with two ids, has no meaning in a packet.</summary>
    private static void CheckHeaderExtensions(RtpParameters parameters, string path, OrtcRules rules)
    {
        var ids = new HashSet<int>();
        for (var i = 0; i < parameters.HeaderExtensions.Length; i++)
        {
            if (!ids.Add(parameters.HeaderExtensions[i].Id))
            {
                rules.Fail($"{path}.headerExtensions[{i}].id", "must be unique");
            }
        }
    }

    private static void CheckEncodings(RtpParameters parameters, string path, OrtcRules rules)
    {
        var ssrcs = new HashSet<uint>();
        var rids = new HashSet<string>();
        for (var i = 0; i < parameters.Encodings.Length; i++)
        {
            var encoding = parameters.Encodings[i];
            var at = $"{path}.encodings[{i}]";
            if ((encoding.Ssrc is { } ssrc && !ssrcs.Add(ssrc)) || (encoding.Rtx is { } rtx && !ssrcs.Add(rtx.Ssrc)))
            {
                rules.Fail(at, "must not repeat an SSRC");
            }

            if (encoding.Rid is not null && !rids.Add(encoding.Rid))
            {
                rules.Fail($"{at}.rid", "must be unique");
            }

            if (encoding.CodecPayloadType is { } payloadType && !IsMedia(parameters, payloadType))
            {
                rules.Fail($"{at}.codecPayloadType", "must be the payload type of a media codec");
            }

            if (parameters.Encodings.Length > 1 && ScalabilityMode.Parse(encoding.ScalabilityMode).SpatialLayers > 1)
            {
                rules.Fail($"{at}.scalabilityMode", "must not have several spatial layers where there are several encodings");
            }
        }
    }

    private static bool IsMedia(RtpParameters parameters, int? payloadType)
    {
        foreach (CodecView codec in parameters.Codecs)
        {
            if (codec.PayloadType == payloadType)
            {
                return !codec.IsFeature;
            }
        }

        return false;
    }
}
