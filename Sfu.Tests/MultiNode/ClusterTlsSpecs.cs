using System.Runtime.Versioning;
using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using Akka.TestKit;
using Sfu.Actors.Hosting;
using Sfu.Host.Options;
using Sfu.Tests.Scenarios;
using Sfu.Tests.Support;

namespace Sfu.Tests.MultiNode;

/// <summary>Who may join a cluster whose nodes speak TLS: real systems, real sockets.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class ClusterTlsSpecs : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sfu-tls-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_node_with_a_certificate_of_the_clusters_authority_joins()
    {
        Make("ours", "a", "b");
        await using var first = await TestNode.StartAsync(Tls("ours", "a"));
        Assert.Equal("akka.ssl.tcp", Cluster.Get(first.System).SelfAddress.Protocol);
        await using var second = await TestNode.StartAsync(Tls("ours", "b") + SeedOf(first, "akka.tcp"));

        await TestNode.UntilAsync(() => Task.FromResult(UpIn(first) == 2 && UpIn(second) == 2), () => $"{UpIn(first)} {UpIn(second)}");
    }

    [Fact]
    public async Task A_node_with_a_certificate_of_another_authority_is_refused_and_the_log_says_why()
    {
        Make("ours", "a");
        Make("theirs", "b");
        await using var first = await TestNode.StartAsync(Tls("ours", "a"));
        var log = Log(first);
        await using var second = await TestNode.StartAsync(Tls("theirs", "b") + SeedOf(first, "akka.ssl.tcp"));
        var otherLog = Log(second);

        await SaysAsync(log, otherLog, "is refused for its certificate", "PartialChain");
        Assert.Equal((1, 0), (UpIn(first), UpIn(second)));
    }

    [Fact]
    public async Task A_node_without_a_certificate_is_refused_and_the_log_says_so()
    {
        Make("ours", "a");
        await using var first = await TestNode.StartAsync(Tls("ours", "a"));
        var log = Log(first);
        await using var second = await TestNode.StartAsync(SeedOf(first, "akka.tcp"));

        await SaysAsync(log, log, "TLS handshake failed");
        Assert.Equal((1, 0), (UpIn(first), UpIn(second)));
    }

    [Fact]
    public void Certificates_that_the_others_would_refuse_fail_the_start()
    {
        Make("ours", "a");
        Make("theirs", "b");
        var foreign = Assert.Throws<SfuConfigurationException>(() => SfuConfiguration.Parse(Tls("ours", "a").Replace("/a.pem", "/../theirs/b.pem", StringComparison.Ordinal).Replace("/a.key", "/../theirs/b.key", StringComparison.Ordinal)));
        Assert.Contains("would refuse", foreign.Message, StringComparison.Ordinal);
        var mixed = Assert.Throws<SfuConfigurationException>(() => SfuConfiguration.Parse(Tls("ours", "a").Replace("/a.key", "/../theirs/b.key", StringComparison.Ordinal)));
        Assert.Contains("sfu.cluster.tls", mixed.Message, StringComparison.Ordinal);
        Assert.Throws<SfuConfigurationException>(() => SfuConfiguration.Parse(Tls("ours", "nobody")));
        var half = Assert.Throws<SfuConfigurationException>(() => SfuConfiguration.Parse("sfu.cluster.tls.ca-file = \"x\""));
        Assert.Contains("come together", half.Message, StringComparison.Ordinal);
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void Certificates_are_made_once_and_private_keys_are_private()
    {
        var made = Make("ours", "a");
        Assert.Equal(["ca.key", "ca.pem", "a.key", "a.pem"], made.Select(Path.GetFileName));
        foreach (var key in made.Where(path => path.EndsWith(".key", StringComparison.Ordinal)))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        }

        Assert.Equal(["b.key", "b.pem"], Make("ours", "b").Select(Path.GetFileName));
        Assert.NotNull(SfuConfiguration.Parse(Tls("ours", "b")).Options.Cluster.Tls);
        Assert.Throws<StartException>(() => Make("ours", "a"));
        foreach (var name in new[] { "", "ca", "../a", "a/b", ".a", "a b" })
        {
            Assert.Throws<StartException>(() => Make("ours", name));
        }
    }

    [Fact]
    public async Task Command_line_makes_certificates()
    {
        var directory = Path.Combine(_directory, "made");
        var started = false;

        var exit = await new CommandLine().RunAsync(["cluster-cert", "--out", directory, "--node", "a", "--node", "b"], _ =>
        {
            started = true;
            return Task.FromResult(1);
        });

        Assert.Equal((0, false), (exit, started));
        Assert.Equal(["a.key", "a.pem", "b.key", "b.pem", "ca.key", "ca.pem"], Directory.GetFiles(directory).Select(Path.GetFileName).Order());
    }

    private static int UpIn(TestNode node) => Cluster.Get(node.System).State.Members.Count(member => member.Status == MemberStatus.Up);

    private static string SeedOf(TestNode node, string protocol)
    {
        var address = Cluster.Get(node.System).SelfAddress;
        return $"\nsfu.cluster.seed-nodes = [\"{protocol}://sfu@{address.Host}:{address.Port}\"]";
    }

    private static TestProbe Log(TestNode node)
    {
        var probe = node.Kit.CreateTestProbe();
        node.System.EventStream.Subscribe(probe.Ref, typeof(Warning));
        node.System.EventStream.Subscribe(probe.Ref, typeof(Error));
        return probe;
    }

    /// <summary>Either of the logs has a line with all the words.</summary>
    private static Task SaysAsync(TestProbe log, TestProbe otherLog, params string[] words)
    {
        var lines = new List<string>();
        return TestNode.UntilAsync(
            () =>
            {
                foreach (var probe in new[] { log, otherLog })
                {
                    while (probe.HasMessages)
                    {
                        lines.Add(((LogEvent)probe.ReceiveOne(TimeSpan.Zero)).ToString());
                    }
                }

                return Task.FromResult(lines.Any(line => words.All(word => line.Contains(word, StringComparison.OrdinalIgnoreCase))));
            },
            () => string.Join('\n', lines));
    }

    private IReadOnlyCollection<string> Make(string authority, params string[] nodes) =>
        ClusterCertificates.Make(Path.Combine(_directory, authority), nodes, DateTimeOffset.UtcNow);

    private string Tls(string authority, string node)
    {
        var files = Path.Combine(_directory, authority);
        return $"sfu.cluster.tls {{\n ca-file = \"{files}/ca.pem\"\n certificate-file = \"{files}/{node}.pem\"\n private-key-file = \"{files}/{node}.key\"\n}}";
    }
}
