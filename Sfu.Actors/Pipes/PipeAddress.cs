using System.Net;
using Akka.Actor;
using Sfu.Media.Control;

namespace Sfu.Actors.Pipes;

/// <summary>Where the other end of a pipe is. A node may announce itself by name, and sockets send to addresses.</summary>
internal static class PipeAddress
{
    /// <summary>Tells <paramref name="self"/> a <see cref="Resolved"/> or, when the name means nothing, an <see cref="Unknown"/>.</summary>
    public static void Resolve(LocalAddress remote, IActorRef self)
    {
        if (IPAddress.TryParse(remote.Address, out _))
        {
            self.Tell(new Resolved(remote.Address), ActorRefs.NoSender);
            return;
        }

        Dns.GetHostAddressesAsync(remote.Address).PipeTo(
            self,
            ActorRefs.NoSender,
            success: addresses => addresses.Length > 0 ? new Resolved(addresses[0].ToString()) : new Unknown($"{remote.Address} has no address."),
            failure: exception => new Unknown($"{remote.Address}: {exception.Message}"));
    }

    internal sealed record Resolved(string Ip) : INoSerializationVerificationNeeded;

    internal sealed record Unknown(string Reason) : INoSerializationVerificationNeeded;
}
