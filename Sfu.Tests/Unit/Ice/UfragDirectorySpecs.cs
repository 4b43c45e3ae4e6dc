using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Sfu.Media.Ice;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Ice;

public sealed class UfragDirectorySpecs
{
    private const int Writers = 4;
    private const int Each = 2500;

    [Fact]
    public void An_added_ufrag_is_found_by_its_bytes_until_it_is_removed()
    {
        var directory = new UfragDirectory<string>();
        Assert.True(directory.TryAdd("abcd", "one"));
        Assert.True(directory.TryGet("abcd"u8, out var value));
        Assert.Equal("one", value);
        Assert.Equal(1, directory.Count);
        Assert.True(directory.Remove("abcd"));
        Assert.False(directory.TryGet("abcd"u8, out _));
        Assert.False(directory.Remove("abcd"));
        Assert.Equal(0, directory.Count);
    }

    [Fact]
    public void A_taken_ufrag_stays_with_its_owner()
    {
        var directory = new UfragDirectory<string>();
        Assert.True(directory.TryAdd("abcd", "one"));
        Assert.False(directory.TryAdd("abcd", "two"));
        Assert.True(directory.TryGet("abcd"u8, out var value));
        Assert.Equal("one", value);
    }

    [Fact]
    public void Only_the_whole_ufrag_is_found()
    {
        var directory = new UfragDirectory<string>();
        var longest = new string('x', IceCredentials.MaxUfragLength);
        directory.TryAdd("abcd", "one");
        directory.TryAdd(longest, "two");
        Assert.False(directory.TryGet("abc"u8, out _));
        Assert.False(directory.TryGet("abcde"u8, out _));
        Assert.False(directory.TryGet("abcd\0"u8, out _));
        Assert.False(directory.TryGet([], out _));
        Assert.False(directory.TryGet(Encoding.ASCII.GetBytes(longest + "x"), out _));
        Assert.False(directory.TryGet(new byte[5000], out _));
        Assert.True(directory.TryGet(Encoding.ASCII.GetBytes(longest), out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ümlaut")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public void What_is_no_ufrag_is_refused(string ufrag)
    {
        var directory = new UfragDirectory<string>();
        Assert.Throws<ArgumentException>(() => directory.TryAdd(ufrag, "one"));
    }

    [Fact]
    public void Snapshot_names_every_entry()
    {
        var directory = new UfragDirectory<string>();
        directory.TryAdd("abcd", "one");
        directory.TryAdd("abcdefgh", "two");
        Assert.Equal(
            [KeyValuePair.Create("abcd", "one"), KeyValuePair.Create("abcdefgh", "two")],
            directory.Snapshot().OrderBy(entry => entry.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void Ufrags_of_the_same_hash_are_kept_apart()
    {
        var directory = new UfragDirectory<string>(new CollidingComparer());
        for (var i = 0; i < 300; i++)
        {
            Assert.True(directory.TryAdd(Name(i), Name(i)));
        }

        for (var i = 0; i < 300; i++)
        {
            Assert.True(directory.TryGet(Encoding.ASCII.GetBytes(Name(i)), out var value));
            Assert.Equal(Name(i), value);
        }

        Assert.False(directory.TryGet("other"u8, out _));
    }

    [Fact]
    public void Lookup_allocates_nothing()
    {
        var directory = new UfragDirectory<string>();
        for (var i = 0; i < 1000; i++)
        {
            directory.TryAdd(Name(i), Name(i));
        }

        var known = Encoding.ASCII.GetBytes(Name(500));
        Assert.Equal(0, AllocationProbe.Measure(_ =>
        {
            directory.TryGet(known, out var _);
            directory.TryGet("stranger"u8, out var _);
        }));
    }

    [Fact]
    public async Task Writers_lose_nothing_to_each_other_and_readers_see_what_stays()
    {
        var directory = new UfragDirectory<string>();
        for (var i = 0; i < 100; i++)
        {
            directory.TryAdd($"stays{i}", "stays");
        }

        var stays = Enumerable.Range(0, 100).Select(i => Encoding.ASCII.GetBytes($"stays{i}")).ToArray();
        using var over = new CancellationTokenSource();
        var reader = OnThread(() =>
        {
            var missed = 0;
            while (!over.IsCancellationRequested)
            {
                missed += stays.Count(key => !directory.TryGet(key, out _));
            }

            Assert.Equal(0, missed);
        });
        try
        {
            await Race(name => Assert.True(directory.TryAdd(name, "comes")), name => Assert.True(directory.Remove(name)));
        }
        finally
        {
            await over.CancelAsync();
        }

        await reader;

        Assert.Equal(100 + (Writers * Each / 2), directory.Count);
        for (var i = 0; i < Writers * Each; i++)
        {
            Assert.Equal(i % 2 == 1, directory.TryGet(Encoding.ASCII.GetBytes(Name(i)), out _));
        }
    }

    [Fact]
    public async Task The_race_shows_a_directory_that_swaps_its_map_without_comparing()
    {
        var map = ImmutableDictionary<string, string>.Empty;
        await Race(
            name =>
            {
                var next = Volatile.Read(ref map).SetItem(name, "comes");
                Thread.Yield();
                Volatile.Write(ref map, next);
            },
            name => Volatile.Write(ref map, Volatile.Read(ref map).Remove(name)));
        Assert.NotEqual(Writers * Each / 2, map.Count);
    }

    /// <summary>Every writer adds its own names and removes every other one of them.</summary>
    private static async Task Race(Action<string> add, Action<string> remove)
    {
        using var start = new Barrier(Writers);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => OnThread(() =>
        {
            start.SignalAndWait();
            for (var i = writer * Each; i < (writer + 1) * Each; i++)
            {
                add(Name(i));
                if (i % 2 == 0)
                {
                    remove(Name(i));
                }
            }
        })));
    }

    private static Task OnThread(Action action) =>
        Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static string Name(int i) => i.ToString("D8", CultureInfo.InvariantCulture);

    private sealed class CollidingComparer : IEqualityComparer<UfragKey>
    {
        public bool Equals(UfragKey x, UfragKey y) => x == y;

        public int GetHashCode(UfragKey obj) => 42;
    }
}
