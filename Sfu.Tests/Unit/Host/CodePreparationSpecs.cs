using Microsoft.Extensions.Logging;
using Sfu.Host.Composition;

namespace Sfu.Tests.Unit.Host;

/// <summary>What a node compiles right after its start.</summary>
public sealed class CodePreparationSpecs : ILogger
{
    private readonly TaskCompletionSource<(LogLevel Level, string Text)> _said = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Every_method_of_the_program_can_be_compiled_ahead()
    {
        CodePreparation.Begin(this, hasMediaProcess: true, CancellationToken.None);
        var (level, text) = await _said.Task.WaitAsync(TimeSpan.FromMinutes(2));
        Assert.True(level == LogLevel.Debug, text);
        Assert.True(int.Parse(text.AsSpan(0, text.IndexOf(' ', StringComparison.Ordinal)), System.Globalization.CultureInfo.InvariantCulture) > 1_000, text);
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _said.TrySetResult((logLevel, $"{formatter(state, exception)} {exception}"));
}
