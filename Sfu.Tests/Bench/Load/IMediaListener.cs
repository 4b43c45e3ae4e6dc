using Sfu.Media.Srtp;

namespace Sfu.Bench.Load;

/// <summary>Takes what a transport gets, instead of the transport's own streams. Load thread only.</summary>
internal interface IMediaListener
{
    /// <summary>An RTP packet or RTCP compound has come.</summary>
    /// <param name="packet">As it came; valid until the call returns, and may be written to.</param>
    /// <param name="arrivedNs">When the socket had it, as the kernel stamped it; 0: it does not stamp.</param>
    /// <param name="receiver">Decrypts it.</param>
    void OnProtected(Span<byte> packet, long arrivedNs, SrtpReceiver receiver);
}
