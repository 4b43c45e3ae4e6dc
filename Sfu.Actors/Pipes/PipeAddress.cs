using System.Net;
using Akka.Actor;
using Sfu.Media.Control;

namespace Sfu.Actors.Pipes;

/// <summary>Where the other end of a pipe is. A node may announce itself by name, and sockets send to addresses.</summary>
internal static class PipeAddress
{
    /// <summary>Tells <paramref name="self"/> a <see cref="Resolved"/> or, when the name means nothing, an <see cref="Unknown"/>.</summary>
    /// <param name="remote">Its address is a name, or an address already.</param>
    /// <param name="self">The asking actor.</param>
    /// <param name="what">Whatever tells it which question that answers.</param>
    public static void Resolve(LocalAddress remote, IActorRef self, object? what = null)
    {
        if (IPAddress.TryParse(remote.Address, out _))
        {
            self.Tell(new Resolved(remote.Address, what), ActorRefs.NoSender);
            return;
        }

        Dns.GetHostAddressesAsync(remote.Address).PipeTo(
            self,
            ActorRefs.NoSender,
            success: addresses => addresses.Length > 0 ? new Resolved(addresses[0].ToString(), what) : new Unknown($"{remote.Address} has no address.", what),
            failure: exception => new Unknown($"{remote.Address}: {exception.Message}", what));
    }

    internal sealed record Resolved(string Ip, object? What) : INoSerializationVerificationNeeded;

    internal sealed record Unknown(string Reason, object? What) : INoSerializationVerificationNeeded;
}
