namespace Sfu.Tests.Support.Network;

/// <summary>When a corridor changes, in seconds since the start of the call.</summary>
/// <param name="Drop">The path becomes narrow.</param>
/// <param name="Opening">It opens again; infinite: not in this call.</param>
/// <param name="End">Of the call.</param>
internal readonly record struct CorridorTimes(double Drop, double Opening, double End)
{
    /// <summary>For so long before and after it what happens is the drop's: a frame that was lost before it is repaired, or not, in its queue.</summary>
    public const double AroundDropFrom = 1;

    /// <inheritdoc cref="AroundDropFrom"/>
    public const double AroundDropTo = 2;

    /// <summary>Of <see cref="Corridors.Narrowing"/>.</summary>
    public static CorridorTimes Narrowing { get; } = new(20, 40, 60);

    /// <summary>A call that ends soon after the drop.</summary>
    public static CorridorTimes DropAlone(double drop) => new(drop, double.PositiveInfinity, drop + 3);

    /// <summary>Until when the path is narrow.</summary>
    public double NarrowUntil => Math.Min(Opening, End);

    /// <summary>Which part of the call a time belongs to.</summary>
    public CorridorPart PartAt(double seconds) =>
        seconds >= Drop - AroundDropFrom && seconds < Drop + AroundDropTo ? CorridorPart.Drop
        : seconds >= Drop + AroundDropTo && seconds < NarrowUntil ? CorridorPart.Narrow
        : CorridorPart.Other;
}

/// <summary>Part of a call.</summary>
internal enum CorridorPart
{
    Drop,
    Narrow,
    Other,
}
