namespace Sfu.Bench.Load;

/// <summary>Sums over the transports of a load peer. What was counted between two moments is their difference.</summary>
internal record struct LoadCounters
{
    /// <summary>Packets that publishers sent.</summary>
    public long Sent { get; set; }

    /// <summary>Bursts that publishers left out because the load thread was late.</summary>
    public long Skipped { get; set; }

    /// <summary>Packets that subscribers would have if nothing were lost.</summary>
    public long Expected { get; set; }

    public long Received { get; set; }

    /// <summary>Packets that were decrypted to see whether they are genuine, and are.</summary>
    public long Verified { get; set; }

    public long Forged { get; set; }

    public long Unexpected { get; set; }

    /// <summary>Datagrams that the load side's own kernel refused.</summary>
    public long Refused { get; set; }

    public int Sinks { get; set; }

    /// <summary>Sinks that got anything.</summary>
    public int Flowing { get; set; }

    public static LoadCounters operator +(LoadCounters a, LoadCounters b) => b with
    {
        Sent = a.Sent + b.Sent,
        Skipped = a.Skipped + b.Skipped,
        Expected = a.Expected + b.Expected,
        Received = a.Received + b.Received,
        Verified = a.Verified + b.Verified,
        Forged = a.Forged + b.Forged,
        Unexpected = a.Unexpected + b.Unexpected,
        Refused = a.Refused + b.Refused,
    };

    public static LoadCounters operator -(LoadCounters later, LoadCounters earlier) => later with
    {
        Sent = later.Sent - earlier.Sent,
        Skipped = later.Skipped - earlier.Skipped,
        Expected = later.Expected - earlier.Expected,
        Received = later.Received - earlier.Received,
        Verified = later.Verified - earlier.Verified,
        Forged = later.Forged - earlier.Forged,
        Unexpected = later.Unexpected - earlier.Unexpected,
        Refused = later.Refused - earlier.Refused,
    };
}
