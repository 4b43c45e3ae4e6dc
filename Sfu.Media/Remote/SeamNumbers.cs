namespace Sfu.Media.Remote;

/// <summary>The receivers that both ends know from the start.</summary>
internal static class SeamNumbers
{
    public const long Process = 0;
    public const long Plane = 1;
}
