using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Rtp;

/// <summary>Feeds a parser with broken variants of a good input. The parser passes when it neither throws nor reads outside the span.</summary>
internal static class ParserFuzz
{
    public delegate void Probe(ReadOnlySpan<byte> input);

    /// <summary>Each prefix of the input.</summary>
    public static void Truncate(byte[] input, Probe probe)
    {
        for (var length = 0; length <= input.Length; length++)
        {
            probe(input.AsSpan(0, length));
        }
    }

    /// <summary>Random byte changes, bit flips, cuts and extensions, repeatable by seed.</summary>
    public static void Mutate(byte[][] inputs, int seed, int rounds, Probe probe)
    {
        var random = new SeededRandom(seed);
        for (var round = 0; round < rounds; round++)
        {
            var input = inputs[random.Next(inputs.Length)];
            var length = random.Next(4) == 0 ? random.Next(input.Length + 8) : input.Length;
            var mutant = new byte[length];
            random.Fill(mutant);
            input.AsSpan(0, Math.Min(length, input.Length)).CopyTo(mutant);
            for (var changes = random.Next(6); changes > 0 && length > 0; changes--)
            {
                var position = random.Next(2) == 0 ? random.Next(Math.Min(length, 24)) : random.Next(length);
                mutant[position] = random.Next(3) switch
                {
                    0 => (byte)(mutant[position] ^ (1 << random.Next(8))),
                    1 => (byte)random.Next(256),
                    _ => random.Next(2) == 0 ? (byte)0 : (byte)255,
                };
            }

            try
            {
                probe(mutant);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Round {round}, seed {seed}: {Convert.ToHexString(mutant)}", e);
            }
        }
    }
}
