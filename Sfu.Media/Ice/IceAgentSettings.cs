namespace Sfu.Media.Ice;

/// <summary>What a transport may set about its ICE agent. Immutable. Any thread.</summary>
public sealed record IceAgentSettings
{
    public const int DefaultConsentTimeoutSeconds = 30;
    public const int MinConsentTimeoutSeconds = 10;
    public const int MaxConsentTimeoutSeconds = 60;
    public const int DefaultMaxTuples = 8;
    public const int MaxMaxTuples = 256;

    public static readonly IceAgentSettings Default = new();

    /// <summary>
    /// Seconds after which a tuple without an authenticated check is removed. 0 switches expiry off; other values are
    /// brought into 10 … 60.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int ConsentTimeoutSeconds
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value == 0 ? 0 : Math.Clamp(value, MinConsentTimeoutSeconds, MaxConsentTimeoutSeconds);
        }
    } = DefaultConsentTimeoutSeconds;

    /// <summary>UDP and TCP tuples of one transport together, 1 … 256.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside that range.</exception>
    public int MaxTuples
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxMaxTuples);
            field = value;
        }
    } = DefaultMaxTuples;

    public TupleLimitPolicy TupleLimitPolicy { get; init; } = TupleLimitPolicy.Evict;
}
