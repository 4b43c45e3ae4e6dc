namespace Sfu.Media.Net;

/// <summary>A thread's sign of life: how often it has come round. The thread itself beats; any thread looks.</summary>
/// <param name="name">The thread's.</param>
/// <param name="wake">Lets it come round once though it has nothing to do.</param>
internal sealed class ThreadPulse(string name, Action wake)
{
    private long _rounds;

    public string Name => name;

    /// <summary>Since the start. A thread that hangs in one round does not get to the next.</summary>
    public long Rounds => Volatile.Read(ref _rounds);

    /// <summary>That thread only.</summary>
    public void Beat() => Volatile.Write(ref _rounds, _rounds + 1);

    /// <summary>Any thread.</summary>
    public void Wake() => wake();
}
