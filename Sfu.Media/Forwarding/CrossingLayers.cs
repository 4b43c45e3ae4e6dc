using Sfu.Media.Codecs;
using Sfu.Media.Rtcp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Which spatial layers of a stream its next key frame brings over a pipe. What was asked for takes a moment to be heard: a key frame in
/// between comes without its upper layers, and nobody may go over to them with it. Media thread only.
/// </summary>
internal struct CrossingLayers()
{
    // A notice that says nothing new is one about the same packets, or about much later ones.
    private const int Window = 1024;

    // All until the other end tells; an older one tells nothing and sends all.
    private ushort _before = TargetSets.All;
    private ushort _now = TargetSets.All;
    private ushort _after;
    private bool _told;

    /// <summary>The other end has told.</summary>
    public void Tell(in CrossingNotice notice)
    {
        // The lowest layer comes whenever anything does.
        var targets = (ushort)(TargetSets.WithAllInTime(notice.Targets) | TargetSets.Of(0));
        if (targets != _now || Math.Abs(Serial.Distance(notice.After, _after)) > Window)
        {
            _before = _now;
            _now = targets;
            _after = notice.After;
        }

        _told = true;
    }

    /// <summary>Of what is asked for no more, some may come yet, but nothing that lasts.</summary>
    /// <param name="asked">Decode targets.</param>
    public void Ask(int asked)
    {
        if (!_told)
        {
            return;
        }

        var lasting = (ushort)(TargetSets.WithAllInTime(asked) | TargetSets.Of(0));
        _before &= lasting;
        _now &= lasting;
    }

    /// <summary>The packet's frame, as what it is without the layers that do not come.</summary>
    public readonly FrameLayers Limit(in FrameLayers frame, ushort sequence)
    {
        var come = Serial.IsNewer(sequence, _after) ? _now : _before;
        return come == TargetSets.All || frame.Switches == 0 ? frame : frame with { Switches = (ushort)(frame.Switches & come) };
    }
}
