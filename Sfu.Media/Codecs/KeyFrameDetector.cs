namespace Sfu.Media.Codecs;

/// <summary>Tells whether a packet starts a key frame, from its payload or its dependency descriptor. Stateless; any thread.</summary>
public static class KeyFrameDetector
{
    /// <param name="codec">For a codec without key frames (audio, unknown) the answer is always false.</param>
    /// <param name="payload">RTP payload without padding, RTX already unwrapped. Any content is safe.</param>
    public static bool IsKeyFrame(CodecKind codec, ReadOnlySpan<byte> payload) => codec switch
    {
        CodecKind.Vp8 => Vp8PayloadDescriptor.TryParse(payload, out var vp8) && vp8.IsKeyFrameStart,
        CodecKind.Vp9 => Vp9PayloadDescriptor.TryParse(payload, out var vp9) && vp9.IsKeyFrameStart,
        CodecKind.H264 => H264Payload.IsKeyFrameStart(payload),
        CodecKind.Av1 => Av1Payload.IsKeyFrameStart(payload),
        _ => false,
    };

    /// <summary>
    /// The same from the dependency descriptor (AV1 RTP specification §A.8.2), which stays readable when the payload is encrypted end to
    /// end:
    /// the first packet of a frame that carries a template dependency structure starts a coded video sequence.
    /// </summary>
    /// <param name="descriptor">Data of the header extension.</param>
    public static bool IsKeyFrameByDependencyDescriptor(ReadOnlySpan<byte> descriptor)
    {
        // |S|E| template id (6) | frame number (16) | and, if longer, |structure present|…
        const int MandatoryLength = 3;
        return descriptor.Length > MandatoryLength && (descriptor[0] & 0x80) != 0 && (descriptor[MandatoryLength] & 0x80) != 0;
    }
}
