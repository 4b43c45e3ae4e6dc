using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Sfu.Actors.Serialization;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Actors.Wire;

/// <summary>The contract as a proto3 file: what is checked in is what is spoken, and Protocol Buffers' own compiler reads it so.</summary>
public sealed partial class WireSchemaSpecs(WireSystem world) : IClassFixture<WireSystem>
{
    private static string Protoc { get; } = Path.Combine(
        typeof(WireSchemaSpecs).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "protoc").Value!,
        System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "linux_arm64" : "linux_x64",
        "protoc");

    public static TheoryData<string> Manifests() => [.. WireTable.Sfu.Manifests];

    [Fact]
    public void Schema_is_the_one_that_is_checked_in()
    {
        var checkedIn = SchemaFile();
        var spoken = WireTable.Sfu.Schema;
        if (!File.Exists(checkedIn) || File.ReadAllText(checkedIn) != spoken)
        {
            var written = Path.Combine(AppContext.BaseDirectory, "sfu.proto");
            File.WriteAllText(written, spoken);
            Assert.Fail($"The tables in Serialization/Contract say something else than sfu.proto. If only additions show up in it:\ncp {written} {checkedIn}");
        }
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public async Task Protocol_buffers_own_compiler_reads_and_writes_each_message(string manifest)
    {
        var message = world.Samples.Of(WireTable.Sfu.Find(manifest)!.Type);
        var name = $"sfu.{WireTable.Sfu.Find(manifest)!.Record.SchemaType}";
        var text = await RunAsync($"--decode={name}", world.Serializer.ToBinary(message));
        Assert.DoesNotMatch(FieldWithoutName(), System.Text.Encoding.UTF8.GetString(text));
        var back = world.Serializer.FromBinary(await RunAsync($"--encode={name}", text), manifest);
        Assert.Null(Samples.Difference(message, back, name));
    }

    [GeneratedRegex(@"^\s*[0-9]+\s*[:{]", RegexOptions.Multiline)]
    private static partial Regex FieldWithoutName();

    private static string SchemaFile([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "..", "Sfu.Actors", "Serialization", "sfu.proto"));

    private static async Task<byte[]> RunAsync(string option, byte[] input)
    {
        var schema = SchemaFile();
        var start = new ProcessStartInfo(Protoc, [option, $"--proto_path={Path.GetDirectoryName(schema)}", schema])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var output = new MemoryStream();
        var errors = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.StandardInput.BaseStream.WriteAsync(input, deadline.Token);
        process.StandardInput.Close();
        await process.StandardOutput.BaseStream.CopyToAsync(output, deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        Assert.True(process.ExitCode == 0, await errors);
        return output.ToArray();
    }
}
