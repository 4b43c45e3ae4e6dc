namespace Sfu.Media.Codecs;

/// <summary>How a frame stands to a decode target (AV1 RTP specification, table A.2): two bits.</summary>
internal static class DecodeTargetIndication
{
    public const ulong NotPresent = 0;
    public const ulong Discardable = 1;
    public const ulong Switch = 2;
    public const ulong Required = 3;
}
