using System.IO.Pipes;
using Sfu.Media.Remote;

namespace Sfu.Tests.Unit.Net;

/// <summary>Who does not read what it is told is told no more, and both ends hear of it.</summary>
public sealed class SeamOverflowSpecs : IDisposable
{
    private const int MaxWaiting = 256 * 1024;

    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(20);

    private readonly AnonymousPipeServerStream _write = new(PipeDirection.Out);
    private readonly AnonymousPipeClientStream _read;

    public SeamOverflowSpecs() => _read = new AnonymousPipeClientStream(PipeDirection.In, _write.ClientSafePipeHandle);

    public void Dispose()
    {
        _write.Dispose();
        _read.Dispose();
    }

    [Fact]
    public async Task Seam_ends_with_a_reason_when_too_much_waits_and_the_other_end_hears_whole_frames_and_the_end()
    {
        var reasons = new List<string>();
        var here = new Seam(Stream.Null, _write, "here", reasons.Add, MaxWaiting);
        var other = here.Other<IMediaProcessEvents>(SeamNumbers.Process);
        var text = new string('x', 1000);

        // What waits, what is being written, and the pipe: no more has room.
        var told = 0;
        for (; told < 4 * MaxWaiting / text.Length && !here.HasEnded; told++)
        {
            other.Warned(text);
        }

        Assert.True(here.HasEnded);
        Assert.Equal("The other process does not read what it is told", Assert.Single(reasons));
        other.Warned("for nobody");
        Assert.Single(reasons);

        var heard = new Warnings();
        var there = new Seam(_read, Stream.Null, "there", static reason => Assert.Fail(reason));
        there.Add<IMediaProcessEvents>(SeamNumbers.Process, heard);
        await Task.Run(() => there.Run(static (exception, method) => throw new InvalidOperationException(method, exception))).WaitAsync(_deadline);

        Assert.True(there.HasEnded);
        Assert.InRange(heard.Texts.Count, 0, told - 1);
        Assert.All(heard.Texts, heardText => Assert.Equal(text, heardText));
    }

    [Fact]
    public void One_who_reads_is_told_any_amount()
    {
        var here = new Seam(Stream.Null, _write, "here", static reason => Assert.Fail(reason), MaxWaiting);
        var other = here.Other<IMediaProcessEvents>(SeamNumbers.Process);
        var heard = new Warnings();
        var there = new Seam(_read, Stream.Null, "there", static reason => Assert.Fail(reason));
        there.Add<IMediaProcessEvents>(SeamNumbers.Process, heard);
        var reading = new Thread(() => there.Run(static (exception, method) => throw new InvalidOperationException(method, exception))) { IsBackground = true };
        reading.Start();
        var text = new string('x', 1000);
        for (var i = 0; i < 5000; i++)
        {
            other.Warned(text);
            if (i % 100 == 99)
            {
                Assert.True(SpinWait.SpinUntil(() => heard.Count > i, _deadline));
            }
        }

        here.End();
        Assert.True(reading.Join(_deadline));
        Assert.Equal(5000, heard.Count);
    }

    private sealed class Warnings : IMediaProcessEvents
    {
        private int _count;

        public List<string> Texts { get; } = [];

        public int Count => Volatile.Read(ref _count);

        public void Warned(string text)
        {
            Texts.Add(text);
            Interlocked.Increment(ref _count);
        }

        public void Started() => Assert.Fail(nameof(Started));

        public void StartFailed(StartFailure why, string reason) => Assert.Fail(nameof(StartFailed));

        public void PingAnswered() => Assert.Fail(nameof(PingAnswered));

        public void ThreadStandsStill(string thread) => Assert.Fail(nameof(ThreadStandsStill));

        public void RuntimeMeasured(long requestId, RuntimeReport report) => Assert.Fail(nameof(RuntimeMeasured));

        public void HandlesFreed(Sfu.Media.Control.HandleKind kind, ulong[] handles) => Assert.Fail(nameof(HandlesFreed));
    }
}
