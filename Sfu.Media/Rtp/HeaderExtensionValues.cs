using System.Buffers.Binary;
using Sfu.Media.Rtcp;
using Sfu.Media.Wire;

namespace Sfu.Media.Rtp;

/// <summary>Reads and writes the values of header extensions. Any thread.</summary>
public static class HeaderExtensionValues
{
    public const int AbsSendTimeLength = 3;
    public const int TransportSequenceLength = 2;
    public const int AbsCaptureTimeLength = 8;
    public const int AbsCaptureTimeLengthWithOffset = 16;

    private const long AbsSendTimePeriodUs = 64_000_000;

    /// <summary>RFC 6464 §3: voice-activity flag and level.</summary>
    /// <param name="data">The extension's data.</param>
    /// <param name="voice">The sender believes that it hears speech.</param>
    /// <param name="level">0 (loudest, 0 dBov) … 127 (silence, −127 dBov).</param>
    public static bool TryReadAudioLevel(ReadOnlySpan<byte> data, out bool voice, out byte level)
    {
        // The two-byte form allows longer data (§3); only the first byte has a meaning.
        var valid = data.Length >= 1;
        voice = valid && (data[0] & 0x80) != 0;
        level = valid ? (byte)(data[0] & 0x7F) : (byte)0;
        return valid;
    }

    /// <summary>3GPP TS 26.114 §7.4.5: |0 0 0 0 C F R1 R0|.</summary>
    /// <param name="data">The extension's data.</param>
    /// <param name="backCamera">True for the back-facing camera.</param>
    /// <param name="flipped">Horizontally mirrored.</param>
    /// <param name="rotationDegrees">0, 90, 180 or 270: clockwise turn that the receiver applies.</param>
    public static bool TryReadVideoOrientation(ReadOnlySpan<byte> data, out bool backCamera, out bool flipped, out int rotationDegrees)
    {
        var value = data.IsEmpty ? 0 : data[0];
        backCamera = (value & 0x08) != 0;
        flipped = (value & 0x04) != 0;
        rotationDegrees = 90 * (value & 0x03);
        return !data.IsEmpty;
    }

    public static bool TryReadTransportSequence(ReadOnlySpan<byte> data, out ushort sequence) =>
        BinaryPrimitives.TryReadUInt16BigEndian(data, out sequence);

    /// <summary>24-bit 6.18 fixed-point seconds, wrapping every 64 s; only differences have a meaning, so any origin serves.</summary>
    public static uint ToAbsSendTime(MediaTime now)
    {
        var us = now.Us % AbsSendTimePeriodUs;
        return (uint)((((us + AbsSendTimePeriodUs) % AbsSendTimePeriodUs) << 18) / 1_000_000) & 0xFF_FFFF;
    }

    /// <returns>False when the data is not three bytes.</returns>
    public static bool TryReadAbsSendTime(ReadOnlySpan<byte> data, out uint value)
    {
        value = data.Length == AbsSendTimeLength ? (uint)((data[0] << 16) | (data[1] << 8) | data[2]) : 0;
        return data.Length == AbsSendTimeLength;
    }

    /// <summary>abs-capture-time: an NTP timestamp and, in the longer form, a signed clock offset.</summary>
    /// <returns>False when the data is neither 8 nor 16 bytes.</returns>
    public static bool TryReadAbsCaptureTime(ReadOnlySpan<byte> data, out AbsCaptureTime value)
    {
        value = default;
        if (data.Length is not (AbsCaptureTimeLength or AbsCaptureTimeLengthWithOffset))
        {
            return false;
        }

        var capture = new NtpTime(BinaryPrimitives.ReadUInt64BigEndian(data));
        value = new AbsCaptureTime(
            capture, data.Length == AbsCaptureTimeLength ? null : BinaryPrimitives.ReadInt64BigEndian(data[AbsCaptureTimeLength..]));
        return true;
    }

    /// <summary>Writes abs-capture-time.</summary>
    /// <param name="destination">At least <see cref="AbsCaptureTime.Length"/> bytes.</param>
    /// <param name="value">What to write.</param>
    /// <returns>Bytes written.</returns>
    public static int WriteAbsCaptureTime(Span<byte> destination, in AbsCaptureTime value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, value.Capture.Value);
        if (value.ClockOffset is { } offset)
        {
            BinaryPrimitives.WriteInt64BigEndian(destination[AbsCaptureTimeLength..], offset);
        }

        return value.Length;
    }
}
