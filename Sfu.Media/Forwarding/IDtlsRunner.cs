using System.Collections.Immutable;
using Sfu.Media.Control;
using Sfu.Media.Dtls;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Runs DTLS associations for an engine, elsewhere: a step of a handshake costs as much as a thousand packets. Answers come back
/// by the engine's <c>OnDtls…</c> methods, on its thread, in order. Called on the media thread.
/// </summary>
public interface IDtlsRunner
{
    void Open(TransportHandle transport, DtlsRole localRole, ImmutableArray<DtlsFingerprint> remoteFingerprints);

    /// <summary>Copies the datagram. Dropped when too many wait already: DTLS repeats.</summary>
    void Deliver(TransportHandle transport, ReadOnlySpan<byte> datagram);

    /// <summary>Sends close_notify if there is an association; ends in <c>OnDtlsEnded</c> always.</summary>
    void Close(TransportHandle transport);
}
