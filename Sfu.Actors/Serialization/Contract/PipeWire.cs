using Sfu.Actors.Pipes;

namespace Sfu.Actors.Serialization.Contract;

/// <summary>Between the two ends of a branch's pipe.</summary>
internal static class PipeWire
{
    public static void AddTo(WireTableBuilder table) => table
        .Record<WantedProducer>("ProducerId:1 Encodings:2 IsKnown:3 Targets:4")
        .Message<PipeProtocol.OpenPipe>("pipe/open-pipe/1", "RequestId:1 RouterId:2 Inlet:3 Rtp:4 Srtp:5")
        .Message<PipeProtocol.PipeOpened>("pipe/pipe-opened/1", "Outlet:1 Rtp:2 Srtp:3")
        .Message<PipeProtocol.WantProducers>("pipe/want-producers/1", "RouterId:1 Inlet:2 Version:3 Wants:4")
        .Message<PipeProtocol.WantsHeard>("pipe/wants-heard/1", "Version:1")
        .Message<PipeProtocol.ProducerPiped>("pipe/producer-piped/1", "Version:1 ProducerId:2 RtpParameters:3")
        .Message<PipeProtocol.ProducerUnpiped>("pipe/producer-unpiped/1", "Version:1 ProducerId:2");
}
