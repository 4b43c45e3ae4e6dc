using Akka.Actor;
using Sfu.Actors.Client;
using Sfu.Actors.Protocol;
using Sfu.Media.Ortc;

namespace Sfu.Tests.Scenarios;

/// <summary>Publishes a voice in a room, and says how that ended.</summary>
public static class VoiceService
{
    public static async Task<CloseReason> RunAsync(ActorSystem system, string room, DtlsParameters client, RtpParameters voice, TextWriter log)
    {
        await using var sfu = SfuClient.Create(system); // From outside: CreateOutside(system, ["akka.tcp://sfu@10.0.0.1:4053"]).
        await using var session = sfu.OpenSession(); // Owns what it makes: when it ends, nothing is left.
        var router = new RouterId(room);
        var capabilities = await sfu.GetRouterRtpCapabilitiesAsync(router); // A Router comes into being by use.
        var transport = await sfu.CreateWebRtcTransportAsync(router, owner: session.Actor);
        log.WriteLine($"{transport.IceCandidates.Length} candidates for the client");
        await sfu.ConnectWebRtcTransportAsync(router, transport.TransportId, client);
        var producer = await sfu.ProduceAsync(router, transport.TransportId, MediaKind.Audio, voice);
        log.WriteLine($"{producer.Type} producer");
        try
        {
            await sfu.ConsumeAsync(router, transport.TransportId, new ProducerId("nobody"), capabilities.RtpCapabilities);
        }
        catch (SfuRequestException e) when (e.Error.Code == SfuErrorCode.NotFound)
        {
            log.WriteLine("nobody to listen to");
        }

        await foreach (var news in session.ReadAllAsync())
        {
            log.WriteLine(news.GetType().Name);
            if (news is SessionEvents.TransportClosed closed)
            {
                return closed.Reason;
            }
        }

        return CloseReason.OwnerClosed;
    }
}
