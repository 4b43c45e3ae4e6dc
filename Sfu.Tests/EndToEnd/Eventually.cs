using System.Diagnostics;

namespace Sfu.Tests.EndToEnd;

/// <summary>Awaits conditions with a deadline.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Reads until the value is as wanted; the last one is in the message when it never is.</summary>
    public static async Task<T> Get<T>(Func<Task<T>> read, Func<T, bool> wanted, string what, TimeSpan? within = null)
    {
        var deadline = within ?? TimeSpan.FromSeconds(20);
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var value = await read();
            if (wanted(value))
            {
                return value;
            }

            if (watch.Elapsed > deadline)
            {
                throw new TimeoutException($"not within {deadline.TotalSeconds:0.#} s: {what}; last seen: {value}");
            }

            await Task.Delay(s_pause);
        }
    }

    public static Task True(Func<Task<bool>> condition, string what, TimeSpan? within = null) => Get(condition, value => value, what, within);
}
