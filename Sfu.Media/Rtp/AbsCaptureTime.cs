using Sfu.Media.Rtcp;

namespace Sfu.Media.Rtp;

/// <summary>The absolute capture time of a packet's first sample.</summary>
/// <param name="Capture">On the clock of who captured it.</param>
/// <param name="ClockOffset">What the sender's clock must be moved by to be that of who captured, as an estimate, in 2⁻³² s; null when not
/// told.</param>
public readonly record struct AbsCaptureTime(NtpTime Capture, long? ClockOffset)
{
    /// <summary>Bytes on the wire.</summary>
    public int Length =>
        ClockOffset is null ? HeaderExtensionValues.AbsCaptureTimeLength : HeaderExtensionValues.AbsCaptureTimeLengthWithOffset;
}
