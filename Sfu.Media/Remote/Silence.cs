namespace Sfu.Media.Remote;

/// <summary>
/// For how many beats somebody has not been heard of. They are beats of the watcher's own timer, and one that comes late is one: time in which the
/// watcher itself stood still (the machine slept, a debugger held it, its collector took long) is nobody's silence. Any thread.
/// </summary>
/// <param name="patience">Beats; one more without a sign of life is too many.</param>
internal sealed class Silence(int patience)
{
    private int _beats;

    public void Heard() => Volatile.Write(ref _beats, 0);

    /// <summary>A beat of the watcher's timer.</summary>
    /// <returns>Whether that is too many.</returns>
    public bool Beat() => Interlocked.Increment(ref _beats) > patience;
}
