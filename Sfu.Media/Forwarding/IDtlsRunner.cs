using System.Collections.Immutable;
using Sfu.Media.Control;
using Sfu.Media.Dtls;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Runs DTLS associations for an engine, elsewhere: a step of a handshake costs as much as a thousand packets. Answers come back
/// by the front engine's <see cref="MediaDirectory"/>, on its thread, in order. Any media thread.
/// </summary>
internal interface IDtlsRunner
{
    void Open(TransportHandle transport, DtlsRole localRole, ImmutableArray<DtlsFingerprint> remoteFingerprints);

    /// <summary>Copies the datagram. Dropped when too many wait already: DTLS repeats.</summary>
    void Deliver(TransportHandle transport, ReadOnlySpan<byte> datagram);

    /// <summary>Sends close_notify and ends the association; one that was opened ends in one <c>OnDtlsEnded</c> in any case.</summary>
    void Close(TransportHandle transport);
}
