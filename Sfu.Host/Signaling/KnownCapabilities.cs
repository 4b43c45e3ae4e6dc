using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using Sfu.Media.Ortc;

namespace Sfu.Host.Signaling;

/// <summary>
/// What clients can receive, read once for each kind of client: thousands of the same browser say it in the same bytes, and a
/// description takes more to read, and more memory while its client stays, than all the rest of a session. Any thread.
/// </summary>
/// <remarks>
/// A fixed number of places, found by a hash that differs from process to process; a newcomer takes the place of who had it. So whoever
/// invents descriptions makes the others be read again, and nothing more.
/// </remarks>
internal sealed class KnownCapabilities
{
    private const int Places = 64;
    private const int MaxTextBytes = 16 * 1024;

    private readonly Entry?[] _entries = new Entry?[Places];

    private sealed record Entry(byte[] Text, RtpCapabilities Capabilities);

    /// <summary>Of this process.</summary>
    public static KnownCapabilities Shared { get; } = new();

    /// <summary>Descriptions kept.</summary>
    public int Count => _entries.Count(static entry => entry is not null);

    /// <summary>As <see cref="OrtcJson"/> does it; equal texts give the same object.</summary>
    public bool TryParse(
        JsonElement json, [NotNullWhen(true)] out RtpCapabilities? capabilities, [NotNullWhen(false)] out OrtcError? error, string path)
    {
        var text = JsonMarshal.GetRawUtf8Value(json);
        ref var place = ref _entries[PlaceOf(text)];
        if (Volatile.Read(ref place) is { } known && text.SequenceEqual(known.Text))
        {
            capabilities = known.Capabilities;
            error = null;
            return true;
        }

        if (!OrtcJson.TryParse(json, out capabilities, out error, path))
        {
            return false;
        }

        if (text.Length <= MaxTextBytes)
        {
            Volatile.Write(ref place, new Entry(text.ToArray(), capabilities));
        }

        return true;
    }

    private static int PlaceOf(ReadOnlySpan<byte> text)
    {
        var hash = new HashCode();
        hash.AddBytes(text);
        return (int)((uint)hash.ToHashCode() % Places);
    }
}
