using System.Runtime.Serialization;
using Sfu.Actors.Serialization;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Actors.Wire;

/// <summary>Bytes that are nearly a message.</summary>
public sealed class WireFuzzSpecs(WireSystem world) : IClassFixture<WireSystem>
{
    private const int MutantsOfEach = 300;

    public static TheoryData<string> Manifests() => [.. WireTable.Sfu.Manifests];

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Malformed_bytes_are_refused_with_one_kind_of_exception_and_little_memory(string manifest)
    {
        var random = new Random(20_261_126);
        var original = world.Serializer.ToBinary(world.Samples.Of(WireTable.Sfu.Find(manifest)!.Type));
        world.Serializer.FromBinary(original, manifest);
        var refused = 0;
        for (var i = 0; i < MutantsOfEach; i++)
        {
            var mutant = Mutate(original, random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Assert.NotNull(world.Serializer.FromBinary(mutant, manifest));
            }
            catch (SerializationException)
            {
                refused++;
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < 100_000 + (200L * mutant.Length), $"{allocated} bytes for {mutant.Length}: {Convert.ToHexString(mutant)}");
        }

        Assert.True(original.Length < 4 || refused > 0);
    }

    [Theory]
    [InlineData("80808080808080808080", "longer than ten")] // A varint without an end.
    [InlineData("08", "cut short")] // A tag without a value.
    [InlineData("12FFFFFFFF0F", "cut short")] // Four gigabytes that are not there.
    [InlineData("00", "no field 0")]
    [InlineData("0B", "wire type 3")] // A group.
    [InlineData("0D00000000", "wire type 5")] // The request id as four octets.
    [InlineData("1202C328", "not UTF-8")]
    public void What_is_wrong_is_said(string hex, string reason)
    {
        var exception = Assert.Throws<SerializationException>(() => world.Serializer.FromBinary(Convert.FromHexString(hex), "router/close-router/1"));
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Records_without_end_or_number_are_refused_before_memory_is_taken()
    {
        // A million empty peers, two bytes each: reply/peer-attached field 3.
        var bytes = new byte[2_000_000];
        for (var i = 0; i < bytes.Length; i += 2)
        {
            bytes[i] = 0x1A;
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<SerializationException>(() => world.Serializer.FromBinary(bytes, "reply/peer-attached/1"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000_000);
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        List<byte> bytes = [.. original];
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count + 1);
            switch (random.Next(6))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 3:
                    bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), random.Next(1, 40)));
                    break;
                case 4:
                    var from = random.Next(original.Length);
                    bytes.InsertRange(at, original.AsSpan(from, Math.Min(random.Next(1, 60), original.Length - from)).ToArray());
                    break;
                case 5 when at < bytes.Count:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 8), bytes.Count - at));
                    break;
            }
        }

        return [.. bytes];
    }
}
