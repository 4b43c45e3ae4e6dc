using System.Globalization;

namespace Sfu.Media.Control;

/// <summary>Ports to choose one from, ends included: 1 ≤ <paramref name="Min"/> ≤ <paramref name="Max"/>.</summary>
public readonly record struct PortRange(ushort Min, ushort Max)
{
    public int Count => Max - Min + 1;

    public bool IsValid => Min > 0 && Min <= Max;

    /// <summary>From text like <c>40000-40100</c>.</summary>
    public static bool TryParse(string? text, out PortRange range)
    {
        range = default;
        var parts = (text ?? string.Empty).Split('-');
        if (parts.Length != 2 || !TryParsePort(parts[0], out var min) || !TryParsePort(parts[1], out var max))
        {
            return false;
        }

        range = new PortRange(min, max);
        return range.IsValid;
    }

    /// <summary>The way <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Min}-{Max}");

    private static bool TryParsePort(string text, out ushort port) =>
        ushort.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out port);
}
