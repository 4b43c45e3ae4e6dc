using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit;

namespace Sfu.Tests.Support;

/// <summary>An actor system's time that passes only when it is told to: timers, and the monotonic clock too, which <see cref="TestScheduler"/> leaves to the machine.</summary>
public sealed class VirtualScheduler(Config config, ILoggingAdapter log) : TestScheduler(config, log), IScheduler
{
    /// <summary>For the configuration of the system.</summary>
    public const string Setting = "akka.scheduler.implementation = \"Sfu.Tests.Support.VirtualScheduler, Sfu.Tests\"";

    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;

    TimeSpan ITimeProvider.MonotonicClock => Now - _start;

    TimeSpan ITimeProvider.HighResMonotonicClock => Now - _start;
}
