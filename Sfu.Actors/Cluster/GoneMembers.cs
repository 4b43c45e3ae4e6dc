using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Akka.Event;

namespace Sfu.Actors.Cluster;

/// <summary>
/// Addresses of members whose process is known to have ended, though nobody has said so: <see cref="MemberProbeActor"/> finds them,
/// <see cref="MemberFailureDetector"/> believes it. One for each actor system. Any thread.
/// </summary>
internal sealed class GoneMembers
{
    // The failure detector is made by Akka, which gives it of its system the event stream only.
    private static readonly ConditionalWeakTable<EventStream, GoneMembers> _all = [];

    private readonly ConcurrentDictionary<string, bool> _addresses = [];

    public static GoneMembers Of(EventStream events) => _all.GetValue(events, static _ => new GoneMembers());

    /// <param name="address">As <see cref="Akka.Actor.Address.ToString"/> gives it, like the others here.</param>
    public bool Contains(string address) => _addresses.ContainsKey(address);

    public void Add(string address) => _addresses[address] = true;

    /// <summary>It answers, or another process does in its place.</summary>
    public void Forgive(string address) => _addresses.TryRemove(address, out _);
}
