namespace Sfu.Media.Ortc;

/// <summary>A payload type of the Producer, media or RTX, and the Router's for the same codec.</summary>
public sealed record RtpCodecMapping(int PayloadType, int MappedPayloadType);
