using System.Collections.Immutable;
using Sfu.Media.Control;

namespace Sfu.Actors.Node;

/// <summary>A part of what a media plane holds, so that it fits into a message to another node.</summary>
/// <param name="Media">With some of its transports.</param>
/// <param name="Left">Transports behind those.</param>
internal readonly record struct MediaDumpPage(MediaPlaneDump Media, int Left)
{
    /// <param name="whole">All there is.</param>
    /// <param name="first">So many transports are left out.</param>
    /// <param name="maxObjects">Transports with what they carry, together; one transport is in it in any case.</param>
    public static MediaDumpPage Of(MediaPlaneDump whole, int first, int maxObjects)
    {
        var transports = whole.Transports;
        var begin = Math.Clamp(first, 0, transports.Length);
        var end = begin;
        for (long objects = 0; end < transports.Length; end++)
        {
            objects += 1 + transports[end].Producers.Length + transports[end].Consumers.Length;
            if (objects > maxObjects && end > begin)
            {
                break;
            }
        }

        return begin == 0 && end == transports.Length
            ? new MediaDumpPage(whole, 0)
            : new MediaDumpPage(whole with { Transports = transports[begin..end] }, transports.Length - end);
    }
}
