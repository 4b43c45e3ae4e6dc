using System.Globalization;
using System.Text.RegularExpressions;
using Sfu.Bench.Load;
using Sfu.Bench.Scenarios;
using Sfu.Media.Srtp;
using Sfu.Tests.EndToEnd;

namespace Sfu.Bench.Rivals;

/// <summary>The C program with its keys and receivers.</summary>
internal sealed partial class LimitProcess : ChildProcess
{
    private LimitProcess(string program)
        : base(program, [])
    {
    }

    /// <summary>Where it receives.</summary>
    public ushort Port { get; private set; }

    /// <param name="program">As built.</param>
    /// <param name="profile">SRTP suite.</param>
    /// <param name="publisher">Keys of who sends.</param>
    /// <param name="receivers">Address, SSRC and keys of each who gets it.</param>
    public static async Task<LimitProcess> StartAsync(
        string program, SrtpProfile profile, LimitKeys publisher, IEnumerable<(LocalAddress Address, ushort Port, uint Ssrc, LimitKeys Keys)> receivers)
    {
        var limit = new LimitProcess(program);
        try
        {
            await limit.Input.WriteLineAsync($"suite {(profile == Suites.Gcm ? "gcm" : "cm80")}\nin {publisher}");
            foreach (var (address, port, ssrc, keys) in receivers)
            {
                await limit.Input.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"out {address} {port} {ssrc} {keys}"));
            }

            await limit.Input.WriteLineAsync("go");
            await limit.Input.FlushAsync();
            var line = await Eventually.Get(
                () => Task.FromResult(limit.HasExited ? throw new InvalidOperationException($"the C program ended\n{limit.Errors}") : PortLine().Match(limit.Output)),
                match => match.Success,
                "the C program receives");
            limit.Port = ushort.Parse(line.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            return limit;
        }
        catch
        {
            await limit.DisposeAsync();
            throw;
        }
    }

    [GeneratedRegex(@"^port (\d+)", RegexOptions.Multiline)]
    private static partial Regex PortLine();
}
