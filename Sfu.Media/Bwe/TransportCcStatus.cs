namespace Sfu.Media.Bwe;

/// <summary>Packet status symbols (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1.1).</summary>
internal static class TransportCcStatus
{
    public const byte NotReceived = 0;
    public const byte SmallDelta = 1;
    public const byte LargeDelta = 2;
    public const byte Reserved = 3;
}
