using Sfu.Media.Wire;

namespace Sfu.Media.Codecs;

/// <summary>
/// Remembers which of the last 64 packets ended a picture (marker bit), in sequence order whatever the order of arrival, so that a packet
/// can be told to begin one.
/// </summary>
internal struct PacketEnds
{
    private const int Window = 64;

    // Nothing comes as late as this: the sender has begun to count anew.
    private const int MaxLateness = 4096;

    private bool _started;
    private ushort _highest;
    private ulong _ends;

    /// <summary>Notes a packet.</summary>
    /// <param name="sequence">Its sequence number.</param>
    /// <param name="end">It is the last of its picture.</param>
    /// <returns>Whether it directly follows a packet that ended a picture.</returns>
    public bool OnPacket(ushort sequence, bool end)
    {
        var distance = _started ? Serial.Distance(sequence, _highest) : Window;
        if (distance is > 0 or < -MaxLateness)
        {
            _ends = distance is > 0 and < Window ? _ends << distance : 0;
            _highest = sequence;
            _started = true;
            distance = 0;
        }

        if (distance <= -Window)
        {
            return false;
        }

        // Bit i is the packet i before the highest.
        var bit = 1UL << -distance;
        _ends = end ? _ends | bit : _ends & ~bit;
        return (_ends & (bit << 1)) != 0;
    }
}
