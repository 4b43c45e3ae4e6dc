using System.Collections.Immutable;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Observers;

/// <summary>What an observer makes of what it hears. Does nothing itself. Actor only.</summary>
internal interface IRtpObserver
{
    /// <summary>How often <see cref="Decide"/> wants to be asked.</summary>
    TimeSpan Interval { get; }

    /// <param name="producer">To listen to from now on.</param>
    /// <param name="peer">Whose it is.</param>
    /// <param name="now">Since whenever, as in all.</param>
    void Add(ProducerId producer, PeerId? peer, TimeSpan now);

    void Remove(ProducerId producer);

    /// <summary>The observer was paused, and goes on now: what was heard before is forgotten.</summary>
    void Reset(TimeSpan now);

    /// <param name="producer">One that was added; others are passed over.</param>
    /// <param name="levels">Of its packets, in their order: 0 (loudest) … 127 (silence).</param>
    /// <param name="now">When they arrived.</param>
    void Hear(ProducerId producer, ImmutableArray<byte> levels, TimeSpan now);

    /// <summary>An interval is over. Null: there is nothing to tell.</summary>
    ISessionEvent? Decide(TimeSpan now);
}
