namespace Sfu.Actors.Client;

/// <summary>How patient a <see cref="SfuClient"/> is, and what it keeps.</summary>
public sealed record SfuClientOptions
{
    /// <summary>An answer that takes longer is a <see cref="TimeoutException"/>.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Requests that wait for answers; one more is <see cref="Protocol.SfuErrorCode.Unavailable"/>.</summary>
    public int MaxPendingRequests { get; init; } = 10_000;

    /// <summary>Events of one <see cref="SfuSession"/> that wait to be read; one more ends the session.</summary>
    public int MaxWaitingEvents { get; init; } = 10_000;
}
