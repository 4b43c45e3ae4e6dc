namespace Sfu.Media.Bwe;

/// <summary>What the delay between packets says about the path's queue.</summary>
internal enum NetworkUsage : byte
{
    /// <summary>It stays as it is.</summary>
    Normal,

    /// <summary>It fills.</summary>
    Over,

    /// <summary>It empties.</summary>
    Under,
}
