using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Sfu.Media.Dtls;
using Sfu.Media.Srtp;
using Sfu.Media.Srtp.Kernels;

namespace Sfu.Tests.Unit.Srtp;

/// <summary>What was made of keys does not stay in memory.</summary>
public sealed class ForgettingSpecs
{
    private const int StackBytes = 32 * 1024;

    /// <summary>Bytes of the MAC that go with a packet.</summary>
    private const int TagLength = 10;

    private static readonly byte[] s_key = [.. Enumerable.Range(1, HmacSha1.KeyLength).Select(static i => (byte)i)];
    private static readonly byte[] s_message = [.. Enumerable.Range(0, 200).Select(static i => (byte)(3 * i))];

    /// <summary>The part of each MAC that nobody gets: found, it would show what else stayed.</summary>
    [Theory]
    [TagLanesData(0)]
    [TagLanesData(8)]
    [TagLanesData(16)]
    public void Tags_leave_nothing_on_the_stack(int lanes)
    {
        var secret = Secret();
        var memory = GC.AllocateArray<byte>(16 * 256, pinned: true);
        using var key = new HmacSha1(s_key);
        using var batch = new SrtpTagBatch(lanes);
        Assert.True(FindsWhatIsThere(secret));

        Make(key, batch, lanes, memory);

        Assert.Equal(-1, Find(secret));
    }

    [Theory]
    [InlineData(0xC02B)]
    [InlineData(0xCCA9)]
    public void Record_key_forgets_its_IV(int number)
    {
        Assert.True(DtlsSuite.TryGet((ushort)number, out var suite));
        byte[] secret = [.. Enumerable.Range(1, suite.KeyBytes + suite.IvBytes).Select(static i => (byte)i)];
        var key = DtlsRecordKey.Create(suite, secret.AsSpan(0, suite.KeyBytes), secret.AsSpan(suite.KeyBytes), seals: true, nonceOffset: 0);
        var fields = key.GetType().GetFields(BindingFlags.NonPublic | BindingFlags.Instance)
            .Where(static field => field.FieldType == typeof(uint) || (field.FieldType == typeof(ulong) && field.Name != "_nonceOffset")).ToArray();
        Assert.Equal(suite.IvBytes, fields.Sum(static field => field.FieldType == typeof(uint) ? sizeof(uint) : sizeof(ulong)));
        Assert.All(fields, field => Assert.NotEqual(0UL, Convert.ToUInt64(field.GetValue(key), null)));

        key.Dispose();

        Assert.All(fields, field => Assert.Equal(0UL, Convert.ToUInt64(field.GetValue(key), null)));
    }

    /// <summary>By .NET, on another thread: that leaves it on its stack.</summary>
    private static byte[] Secret()
    {
        byte[] mac = [];
#pragma warning disable CA5350 // The profiles are defined on SHA-1 (RFC 3711 §4.2.1).
        var other = new Thread(() => mac = HMACSHA1.HashData(s_key, s_message));
#pragma warning restore CA5350
        other.Start();
        other.Join();
        return mac[TagLength..];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Make(HmacSha1 key, SrtpTagBatch batch, int lanes, byte[] memory)
    {
        for (var i = 0; i < 16; i++)
        {
            var message = memory.AsSpan(i * 256, s_message.Length);
            s_message.CopyTo(message);
            var tag = memory.AsSpan((i * 256) + s_message.Length, TagLength);
            if (lanes == 0)
            {
                key.Compute(message, [], tag);
            }
            else
            {
                batch.Add(key, message, [], tag);
            }
        }

        batch.Flush();
    }

    /// <summary>Looks through the stack below, where whoever was called before had its own.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    private static unsafe int Find(byte[] secret)
    {
        var room = stackalloc byte[StackBytes];
        return new ReadOnlySpan<byte>(room, StackBytes).IndexOf(secret);
    }

    /// <summary>A method that does not clean up.</summary>
    private static bool FindsWhatIsThere(byte[] secret)
    {
        Leave(secret);
        var found = Find(secret) >= 0;
        Clear();
        return found;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Leave(byte[] secret)
    {
        Span<byte> room = stackalloc byte[1024];
        secret.CopyTo(room[512..]);
        Keep(room);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Clear()
    {
        Span<byte> room = stackalloc byte[StackBytes];
        room.Clear();
        Keep(room);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Keep(Span<byte> room) => GC.KeepAlive(room.Length);
}
