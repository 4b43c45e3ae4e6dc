using System.Globalization;

namespace Sfu.Media.Remote;

/// <summary>The node's eye on its media process: asks on a beat, and gives up who does not answer, once. No clock: somebody else beats.</summary>
/// <param name="process">Who is asked.</param>
/// <param name="patience">How long an answer may be missing.</param>
/// <param name="giveUp">Told why, for an operator.</param>
internal sealed class MediaProcessWatch(IMediaProcess process, SeamPatience patience, Action<string> giveUp)
{
    private readonly Silence _silence = new(patience.Beats);
    private int _givenUp;

    /// <summary>One thread, on <see cref="SeamPatience.Beat"/>.</summary>
    public void Beat()
    {
        if (_silence.Beat())
        {
            GiveUp(string.Create(CultureInfo.InvariantCulture, $"The media process has not answered for {patience.Time.TotalSeconds} s"));
            return;
        }

        process.Ping();
    }

    /// <summary>However late: it lives, and works on what it was told before. Any thread.</summary>
    public void Answered() => _silence.Heard();

    /// <summary>Any thread.</summary>
    public void ThreadStandsStill(string thread) =>
        GiveUp(string.Create(CultureInfo.InvariantCulture, $"Thread {thread} of the media process has stood still for {patience.Time.TotalSeconds} s"));

    private void GiveUp(string reason)
    {
        if (Interlocked.Exchange(ref _givenUp, 1) == 0)
        {
            giveUp(reason);
        }
    }
}
