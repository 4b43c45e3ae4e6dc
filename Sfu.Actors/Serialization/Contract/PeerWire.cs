using Sfu.Actors.Protocol;

namespace Sfu.Actors.Serialization.Contract;

/// <summary>What peers ask.</summary>
internal static class PeerWire
{
    public static void AddTo(WireTableBuilder table) => table
        .Message<PeerProtocol.AttachPeer>(
            "peer/attach-peer/1",
            "RequestId:1 RouterId:2 PeerId:3 DisplayName:4 Device:5 AppData:6 Session:7 RtpCapabilities:8 Again:9")
        .Message<PeerProtocol.UpdatePeer>("peer/update-peer/1", "RequestId:1 RouterId:2 PeerId:3 Session:4 DisplayName:5 AppData:6")
        .Message<PeerProtocol.DetachPeer>("peer/detach-peer/1", "RequestId:1 RouterId:2 PeerId:3 Session:4");
}
