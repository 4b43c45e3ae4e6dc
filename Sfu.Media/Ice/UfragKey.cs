using System.Runtime.InteropServices;
using System.Text;

namespace Sfu.Media.Ice;

/// <summary>A ufrag as a value: its bytes, padded with zeros (which no ufrag contains), in four words.</summary>
internal readonly record struct UfragKey(ulong A, ulong B, ulong C, ulong D)
{
    private const int Bytes = IceCredentials.MaxUfragLength;

    public static bool TryCreate(ReadOnlySpan<byte> ufrag, out UfragKey key)
    {
        key = default;
        if (ufrag.IsEmpty || ufrag.Length > Bytes || ufrag.Contains((byte)0))
        {
            return false;
        }

        Span<byte> padded = stackalloc byte[Bytes];
        padded.Clear();
        ufrag.CopyTo(padded);
        var words = MemoryMarshal.Cast<byte, ulong>(padded);
        key = new UfragKey(words[0], words[1], words[2], words[3]);
        return true;
    }

    /// <exception cref="ArgumentException">Not a ufrag of 1 … 32 ASCII characters.</exception>
    public static UfragKey Of(string ufrag)
    {
        ArgumentNullException.ThrowIfNull(ufrag);
        Span<byte> bytes = stackalloc byte[Bytes];
        return Ascii.IsValid(ufrag)
            && ufrag.Length <= Bytes
            && TryCreate(bytes[..Encoding.ASCII.GetBytes(ufrag, bytes)], out var key)
            ? key
            : throw new ArgumentException($"A ufrag has 1 to {Bytes} ASCII characters.", nameof(ufrag));
    }

    public override string ToString()
    {
        Span<ulong> words = [A, B, C, D];
        return Encoding.ASCII.GetString(MemoryMarshal.AsBytes(words).TrimEnd((byte)0));
    }
}
