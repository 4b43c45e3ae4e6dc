using System.Collections.Immutable;

namespace Sfu.Media.Control;

/// <summary>How well one encoding of a producer arrives.</summary>
/// <param name="EncodingIdx">Its place in the producer's encodings.</param>
/// <param name="Ssrc">Its SSRC.</param>
/// <param name="Rid">Its RID; null when it has none.</param>
/// <param name="Score">0 (nothing arrives) … 10 (nothing is lost).</param>
public sealed record EncodingScore(int EncodingIdx, uint Ssrc, string? Rid, int Score);

/// <summary>How well a consumer's media reaches its client, and how well it got here.</summary>
/// <param name="Score">Of the stream to the client, 0 … 10.</param>
/// <param name="ProducerScore">Of the encoding that it is made from; 0 when there is none.</param>
/// <param name="ProducerScores">Of all the producer's encodings, in their order.</param>
public sealed record ConsumerScore(int Score, int ProducerScore, ImmutableArray<int> ProducerScores)
{
    public bool Equals(ConsumerScore? other) =>
        other is not null && Score == other.Score && ProducerScore == other.ProducerScore && ProducerScores.AsSpan().SequenceEqual(other.ProducerScores.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Score, ProducerScore, ProducerScores.Length);
}

/// <summary>How the publisher holds its camera (3GPP TS 26.114 §7.4.5).</summary>
/// <param name="Camera">It is the one on the back.</param>
/// <param name="Flip">The picture is mirrored.</param>
/// <param name="Rotation">Degrees clockwise: 0, 90, 180 or 270.</param>
public readonly record struct VideoOrientation(bool Camera, bool Flip, int Rotation);
