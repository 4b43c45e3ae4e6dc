using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>Turns transport-wide congestion control feedback into packet results. Media thread only.</summary>
internal sealed class TransportCcResults
{
    private const int ReferenceBits = 24;

    private long _reference;
    private bool _started;

    /// <summary>Adds what is new to <paramref name="results"/>, in order of sending.</summary>
    public void Read(in TransportCcFeedback feedback, SendHistory history, List<PacketResult> results)
    {
        // The reference time has 24 bits and wraps after twelve days.
        var step = ((feedback.ReferenceTime - (int)_reference) << (32 - ReferenceBits)) >> (32 - ReferenceBits);
        _reference = _started ? _reference + step : feedback.ReferenceTime;
        _started = true;
        var shiftUs = (_reference - feedback.ReferenceTime) * TransportCcFeedback.ReferenceUnitUs;
        var packets = feedback.GetPackets();
        while (packets.TryNext(out var sequence, out var received, out var arrivalUs) && history.IsBeforeEnd(sequence))
        {
            if (history.TryResolve(sequence, received ? arrivalUs + shiftUs : PacketResult.Lost, out var result))
            {
                results.Add(result);
            }
        }
    }
}
