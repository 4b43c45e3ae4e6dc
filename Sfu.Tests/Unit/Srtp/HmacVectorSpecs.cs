using System.Text;
using Sfu.Media.Srtp;
using Sfu.Media.Srtp.Kernels;

namespace Sfu.Tests.Unit.Srtp;

/// <summary>RFC 2202 §3, by itself and by batches of each width. (Its cases 6 and 7 have keys longer than a block, which SRTP has not.)</summary>
public sealed class HmacVectorSpecs
{
    public static TheoryData<string, string, string> Cases => new()
    {
        { Repeat("0b", 20), Text("Hi There"), "b617318655057264e28bc0b6fb378c8ef146be00" },
        { Text("Jefe"), Text("what do ya want for nothing?"), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
        { Repeat("aa", 20), Repeat("dd", 50), "125d7342b9ac11cd91a39af48aa17b4f63f175d3" },
        { "0102030405060708090a0b0c0d0e0f10111213141516171819", Repeat("cd", 50), "4c9007f4026250c6bc8414f9bf50c86c2d7235da" },
        { Repeat("0c", 20), Text("Test With Truncation"), "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_kernel_gives_the_macs(string key, string message, string expected)
    {
        using var hmac = new HmacSha1(Convert.FromHexString(key));
        var bytes = Convert.FromHexString(message);
        var mac = new byte[HmacSha1.MacLength];
        hmac.Compute(bytes, [], mac);
        Assert.Equal(expected, Convert.ToHexStringLower(mac));

        // Enough of them that the batch does not take them one by one.
        const int Messages = 8;
        foreach (var lanes in new[] { 8, 16 }.Where(static l => l <= SrtpTagBatch.BestLanes))
        {
            using var batch = new SrtpTagBatch(lanes);
            var slotLength = bytes.Length + mac.Length;
            var memory = GC.AllocateArray<byte>(Messages * slotLength, pinned: true);
            for (var i = 0; i < Messages; i++)
            {
                var slot = memory.AsSpan(i * slotLength, slotLength);
                bytes.CopyTo(slot);
                batch.Add(hmac, slot[..bytes.Length], [], slot[bytes.Length..]);
            }

            batch.Flush();
            for (var i = 0; i < Messages; i++)
            {
                Assert.Equal(expected, Convert.ToHexStringLower(memory.AsSpan((i * slotLength) + bytes.Length, mac.Length)));
            }
        }
    }

    private static string Repeat(string hex, int count) => string.Concat(Enumerable.Repeat(hex, count));

    private static string Text(string text) => Convert.ToHexStringLower(Encoding.ASCII.GetBytes(text));
}
