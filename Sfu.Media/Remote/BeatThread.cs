namespace Sfu.Media.Remote;

/// <summary>
/// A thread that calls on a beat and does nothing else, so that nothing else holds it up. Beats that were missed are not made up for: there is at
/// least one beat's time between two calls.
/// </summary>
internal sealed class BeatThread : IDisposable
{
    private readonly ManualResetEvent _ended = new(false);

    /// <param name="name">Of the thread.</param>
    /// <param name="beat">From the end of one call to the next.</param>
    /// <param name="call">What it calls. Must not throw.</param>
    public BeatThread(string name, TimeSpan beat, Action call) => new Thread(() => Run(beat, call)) { IsBackground = true, Name = name }.Start();

    /// <summary>No call begins any more. Any thread, more than once.</summary>
    public void Dispose() => _ended.Set();

    private void Run(TimeSpan beat, Action call)
    {
        while (!_ended.WaitOne(beat))
        {
            call();
        }
    }
}
