using System.Numerics;

namespace Sfu.Tests.Fuzz;

/// <summary>
/// The signature of what a parser did with an input: the way it took, as far as that shows in what came out. Stands in for the coverage of
/// branches.
/// </summary>
internal struct FuzzOutcome
{
    public ulong Signature { get; private set; }

    public void Note(bool value) => Add(value ? 1U : 2);

    /// <summary>A number that stands for a way, such as a type.</summary>
    public void Note(int value) => Add((uint)value);

    /// <summary>A number that only stands for a size: its order of magnitude counts.</summary>
    public void NoteSize(int value) => Add((uint)BitOperations.Log2((uint)Math.Max(value, 0) + 1));

    /// <summary>What must hold for any input.</summary>
    public static void Require(bool condition, string law)
    {
        if (!condition)
        {
            throw new InvalidDataException(law);
        }
    }

    private void Add(uint value) => Signature = (Signature ^ (value + 0x9E37_79B9)) * 0x0000_0100_0000_01B3 + (Signature >> 29);
}
