namespace Sfu.Media.Codecs;

/// <summary>
/// Which of the last pictures up to the highest were left out, and which of those were of the lowest temporal layer. Distances count
/// backwards from the highest.
/// </summary>
internal struct PictureHistory
{
    public const int Window = 128;

    private UInt128 _dropped;
    private UInt128 _droppedBase;

    /// <summary>The highest picture is now so many pictures further on.</summary>
    public void Advance(int distance)
    {
        // The operator takes the distance modulo 128.
        _dropped = distance < Window ? _dropped << distance : UInt128.Zero;
        _droppedBase = distance < Window ? _droppedBase << distance : UInt128.Zero;
    }

    /// <summary>The highest picture is left out.</summary>
    public void DropHighest(bool isBase)
    {
        _dropped |= UInt128.One;
        _droppedBase |= isBase ? UInt128.One : UInt128.Zero;
    }

    public readonly bool IsDropped(int distance) => ((_dropped >> distance) & UInt128.One) != UInt128.Zero;

    /// <summary>How many of the pictures after that one were left out.</summary>
    public readonly int DroppedAfter(int distance) => Count(_dropped, distance);

    /// <summary>Likewise, of the lowest temporal layer.</summary>
    public readonly int DroppedBaseAfter(int distance) => Count(_droppedBase, distance);

    private static int Count(UInt128 bits, int distance) => (int)UInt128.PopCount(bits & ((UInt128.One << distance) - UInt128.One));
}
