using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Sfu.Tests.EndToEnd;

/// <summary>A program started by a test: its output is collected, and it ends with the test at the latest.</summary>
internal class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    public ChildProcess(string file, IEnumerable<string> arguments, string? workingDirectory = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = workingDirectory ?? AppContext.BaseDirectory,
        };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) =>
        {
            Append(_output, line.Data);
            OnOutput(line.Data);
        };
        _process.ErrorDataReceived += (_, line) => Append(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public string Output => Read(_output);

    public string Errors => Read(_errors);

    public bool HasExited => _process.HasExited;

    /// <summary>The program's standard input.</summary>
    protected TextWriter Input => _process.StandardInput;

    /// <summary>
    /// What Ctrl+C does. Who started the tests in the background has SIGINT ignored, and children inherit that: they get SIGTERM, which
    /// means the same to them.
    /// </summary>
    public void Interrupt() => Signal(IgnoresInterrupts() ? 15 : 2);

    public void Terminate() => Signal(15);

    /// <summary>What a crash does.</summary>
    public void Kill() => Signal(9);

    /// <returns>The exit code.</returns>
    public async Task<int> ExitedAsync(TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"the process did not end within {within.TotalSeconds} s\n{Output}\n{Errors}");
        }

        return _process.ExitCode;
    }

    /// <summary>A line of the program's output, while it comes; null at its end.</summary>
    protected virtual void OnOutput(string? line)
    {
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    /// <summary>Bit n − 1 of SigIgn is signal n (proc(5)); SIGINT is 2.</summary>
    private static bool IgnoresInterrupts() =>
        File.ReadLines("/proc/self/status").First(static line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is var line &&
        (ulong.Parse(line.AsSpan(7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 2) != 0;

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int pid, int signal);

    private void Signal(int signal)
    {
        if (SendSignal(_process.Id, signal) != 0)
        {
            throw new InvalidOperationException($"kill: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    private static void Append(StringBuilder to, string? line)
    {
        if (line is not null)
        {
            lock (to)
            {
                to.AppendLine(line);
            }
        }
    }

    private static string Read(StringBuilder from)
    {
        lock (from)
        {
            return from.ToString();
        }
    }
}
