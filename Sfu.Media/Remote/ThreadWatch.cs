using Sfu.Media.Net;

namespace Sfu.Media.Remote;

/// <summary>
/// Notices a thread that does not come round any more, however many commands wait for it: what counts is that it turns, not that a particular one
/// has had its turn. One thread, once a beat.
/// </summary>
internal sealed class ThreadWatch
{
    private readonly Watched[] _threads;

    /// <param name="threads">Who is watched.</param>
    /// <param name="patience">See <see cref="Silence"/>.</param>
    public ThreadWatch(IEnumerable<ThreadPulse> threads, int patience) =>
        _threads = [.. threads.Select(thread => new Watched(thread, new Silence(patience)) { Rounds = thread.Rounds })];

    /// <summary>A beat.</summary>
    /// <returns>The name of a thread that stands still; null: all turn.</returns>
    public string? Beat()
    {
        string? standing = null;
        foreach (var thread in _threads)
        {
            var rounds = thread.Pulse.Rounds;
            if (rounds != thread.Rounds)
            {
                thread.Rounds = rounds;
                thread.Silence.Heard();
                continue;
            }

            if (thread.Silence.Beat())
            {
                standing ??= thread.Pulse.Name;
            }

            // Perhaps it has nothing to do: by the next beat it has come round for this.
            thread.Pulse.Wake();
        }

        return standing;
    }

    private sealed class Watched(ThreadPulse pulse, Silence silence)
    {
        public ThreadPulse Pulse => pulse;

        public Silence Silence => silence;

        public long Rounds { get; set; }
    }
}
