namespace Sfu.Actors.Protocol;

/// <summary>A failure: a code for programs and a reason for people.</summary>
public sealed record SfuError(SfuErrorCode Code, string Reason);
