using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Tests.Architecture;

/// <summary>The walls of the house.</summary>
public sealed partial class ArchitectureSpecs
{
    private static readonly Assembly _media = typeof(IMediaPlane).Assembly;
    private static readonly Assembly _actors = typeof(IRouterMessage).Assembly;

    private static string Repository([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", ".."));

    [Fact]
    public void References_run_one_way()
    {
        Assert.DoesNotContain(_media.GetReferencedAssemblies(), IsOneOf("Sfu.", "Akka", "Microsoft.AspNetCore", "Microsoft.Extensions"));
        Assert.DoesNotContain(_actors.GetReferencedAssemblies(), IsOneOf("Sfu.Host", "Microsoft.AspNetCore"));
        Assert.Contains(_actors.GetReferencedAssemblies(), reference => reference.Name == "Sfu.Media");

        static Predicate<AssemblyName> IsOneOf(params string[] prefixes) =>
            reference => prefixes.Any(prefix => reference.Name!.StartsWith(prefix, StringComparison.Ordinal));
    }

    [Fact]
    public void Actors_end_in_Actor_and_what_ends_in_Actor_is_one()
    {
        var classes = _actors.GetTypes().Where(type => type.IsClass).ToArray();
        Assert.All(classes, type => Assert.True(
            type.IsAssignableTo(typeof(ActorBase)) == type.Name.EndsWith("Actor", StringComparison.Ordinal), type.FullName));
    }

    [Fact]
    public void Classes_are_sealed_unless_they_are_made_to_be_inherited()
    {
        var open = _actors.GetTypes().Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false }
            && type.Namespace?.StartsWith("Sfu.", StringComparison.Ordinal) == true
            && !type.IsDefined(typeof(CompilerGeneratedAttribute)));
        Assert.Empty(open.Select(type => type.FullName));
    }

    [Fact]
    public void Messages_are_sealed_immutable_records()
    {
        var messages = _actors.GetTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false }
                && !type.IsAssignableTo(typeof(IShardAllocationStrategy))
                && (type.IsAssignableTo(typeof(IWireMessage)) || type.IsAssignableTo(typeof(INoSerializationVerificationNeeded))))
            .ToArray();
        Assert.True(messages.Length > 50);
        foreach (var message in messages)
        {
            Assert.True(message.IsSealed, message.FullName);
            Assert.True(message.GetMethod("<Clone>$") is not null, $"{message.FullName} is not a record");
            Assert.All(message.GetProperties(), property => Assert.True(
                property.SetMethod is null || property.SetMethod.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)),
                $"{message.FullName}.{property.Name} may be set"));
            Assert.All(message.GetProperties(), property => Assert.False(
                property.PropertyType != typeof(string)
                    && property.PropertyType.Namespace == "System.Collections.Generic",
                $"{message.FullName}.{property.Name} is not an immutable collection"));
        }
    }

    [Fact]
    public void Actors_never_wait_lock_or_leave_their_thread()
    {
        // What the actor system itself runs on is no actor: its start and end, and the one thread of its timers.
        var sources = Sources("Sfu.Actors")
            .Where(file => file.Path.EndsWith("Actor.cs", StringComparison.Ordinal) || !file.Path.Contains("/Hosting/", StringComparison.Ordinal))
            .Where(file => !file.Path.EndsWith("/Scheduling/BeatScheduler.cs", StringComparison.Ordinal))
            .ToArray();
        Assert.True(sources.Length > 40);
        Refuse(sources, Waiting());

        // Inside Hosting, only the shutdown may await an answer.
        var asks = Sources("Sfu.Actors").Where(file => file.Text.Contains(".Ask<", StringComparison.Ordinal)).Select(file => Path.GetFileName(file.Path));
        Assert.Equal(["SfuNodeHosting.cs"], asks);
    }

    [Fact]
    public void No_clock_and_no_random_source_below_Net()
    {
        var sources = Sources("Sfu.Media").Where(file => !file.Path.Contains("/Sfu.Media/Net/", StringComparison.Ordinal)).ToArray();
        Assert.True(sources.Length > 40);
        Refuse(sources, ClocksAndRandomness());
    }

    [Theory]
    [InlineData("var x = actor.Ask<int>(1);")]
    [InlineData("task.Wait();")]
    [InlineData("var x = task.Result;")]
    [InlineData("lock (_gate)")]
    [InlineData("Task.Run(() => 1)")]
    [InlineData("Thread.Sleep(1)")]
    [InlineData("task.GetAwaiter().GetResult()")]
    public void The_search_for_waiting_finds_it(string knownBad) => Assert.Matches(Waiting(), knownBad);

    [Theory]
    [InlineData("DateTime.UtcNow")]
    [InlineData("DateTimeOffset.Now")]
    [InlineData("Stopwatch.GetTimestamp()")]
    [InlineData("Environment.TickCount64")]
    [InlineData("TimeProvider.System")]
    [InlineData("new Random(1)")]
    [InlineData("Random.Shared")]
    [InlineData("RandomNumberGenerator.Fill(x)")]
    [InlineData("Guid.NewGuid()")]
    public void The_search_for_clocks_finds_them(string knownBad) => Assert.Matches(ClocksAndRandomness(), knownBad);

    [GeneratedRegex(@"\.Ask[<(]|\.Result\b(?!\s*\()|\.Wait\(|GetResult\(|\block\s*\(|\bMonitor\.|Task\.Run|Task\.Factory|Thread\.|new Thread\(|\.Sleep\(")]
    private static partial Regex Waiting();

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Utc)?Now|\bStopwatch\b|Environment\.TickCount|\bTimeProvider\b|\bnew Random\(|\bRandom\.Shared|\bRandomNumberGenerator\b|Guid\.NewGuid")]
    private static partial Regex ClocksAndRandomness();

    private static void Refuse(IEnumerable<(string Path, string Text)> sources, Regex pattern)
    {
        var hits = sources.SelectMany(file => file.Text.Split('\n')
            .Select(line => line.Split("//")[0])
            .Where(line => pattern.IsMatch(line))
            .Select(line => $"{Path.GetFileName(file.Path)}: {line.Trim()}"));
        Assert.Empty(hits);
    }

    private static IEnumerable<(string Path, string Text)> Sources(string project) =>
        Directory.EnumerateFiles(Path.Combine(Repository(), project), "*.cs", SearchOption.AllDirectories)
            .Select(path => path.Replace('\\', '/'))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .Select(path => (path, File.ReadAllText(path)));
}
