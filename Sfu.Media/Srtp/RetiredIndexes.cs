namespace Sfu.Media.Srtp;

/// <summary>The highest indexes of a removed stream: where it would have to go on.</summary>
internal readonly record struct RetiredIndexes(long Rtp, long Rtcp)
{
    /// <summary>A stream that never was.</summary>
    public static readonly RetiredIndexes None = new(PacketIndex.None, PacketIndex.None);
}
