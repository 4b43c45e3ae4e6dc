using Sfu.Actors.Pipes;
using Sfu.Actors.Transports;

namespace Sfu.Actors.Serialization.Contract;

/// <summary>Between the two ends of a pipe, a branch's own or one from Router to Router.</summary>
internal static class PipeWire
{
    public static void AddTo(WireTableBuilder table) => table
        .Record<WantedProducer>("ProducerId:1 Encodings:2 IsKnown:3")
        .Message<PipeProtocol.OpenPipe>("pipe/open-pipe/1", "RequestId:1 RouterId:2 Inlet:3 Rtp:4 Srtp:5")
        .Message<PipeProtocol.PipeOpened>("pipe/pipe-opened/1", "Outlet:1 Rtp:2 Srtp:3")
        .Message<PipeProtocol.WantProducers>("pipe/want-producers/1", "RouterId:1 Inlet:2 Version:3 Wants:4")
        .Message<PipeProtocol.WantsHeard>("pipe/wants-heard/1", "Version:1")
        .Message<PipeProtocol.ProducerPiped>("pipe/producer-piped/1", "Version:1 ProducerId:2 RtpParameters:3")
        .Message<PipeProtocol.ProducerUnpiped>("pipe/producer-unpiped/1", "Version:1 ProducerId:2")
        .Message<PipeEndProtocol.JoinEnds>("end/join-ends/1", "RequestId:1 RouterId:2 TransportId:3 OtherEnd:4")
        .Message<PipeEndProtocol.TieConsumer>("end/tie-consumer/1", "RequestId:1 RouterId:2 TransportId:3 ConsumerId:4 PipedId:5 Paused:6")
        .Message<PipeEndProtocol.TieProducer>("end/tie-producer/1", "RequestId:1 RouterId:2 TransportId:3 PipedId:4 ConsumerId:5")
        .Message<PipeEndProtocol.SourcePauseChanged>("end/source-pause-changed/1", "PipedId:1 Paused:2")
        .Message<PipeEndProtocol.SourceClosed>("end/source-closed/1", "PipedId:1")
        .Message<PipeEndProtocol.PipedClosed>("end/piped-closed/1", "ConsumerId:1");
}
