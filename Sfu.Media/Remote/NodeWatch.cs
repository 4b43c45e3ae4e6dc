using System.Globalization;
using Sfu.Media.Net;

namespace Sfu.Media.Remote;

/// <summary>
/// The media process' eye on its node, which asks on a beat as long as it lives, and on its own threads, for which it answers to the node. No clock:
/// somebody else beats.
/// </summary>
/// <param name="node">Who is told of a thread that stands still.</param>
/// <param name="threads">Those that the media plane needs.</param>
/// <param name="patience">How long the node may be silent, and a thread not come round.</param>
/// <param name="giveUp">The node is silent; told once, for an operator.</param>
internal sealed class NodeWatch(IMediaProcessEvents node, IEnumerable<ThreadPulse> threads, SeamPatience patience, Action<string> giveUp)
{
    private readonly Silence _silence = new(patience.Beats);
    private readonly ThreadWatch _threads = new(threads, patience.Beats);
    private bool _toldOfThread;
    private bool _givenUp;

    /// <summary>One thread, on <see cref="SeamPatience.Beat"/>.</summary>
    public void Beat()
    {
        if (_threads.Beat() is { } thread && !_toldOfThread)
        {
            _toldOfThread = true;
            node.ThreadStandsStill(thread);
        }

        if (_silence.Beat() && !_givenUp)
        {
            _givenUp = true;
            giveUp(string.Create(CultureInfo.InvariantCulture, $"The node has not been heard of for {patience.Time.TotalSeconds} s"));
        }
    }

    /// <summary>The node asks. Any thread.</summary>
    public void Asked()
    {
        _silence.Heard();
        node.PingAnswered();
    }
}
