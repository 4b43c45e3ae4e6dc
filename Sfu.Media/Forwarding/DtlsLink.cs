using System.Collections.Immutable;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using DtlsRole = Sfu.Media.Dtls.DtlsRole;

namespace Sfu.Media.Forwarding;

/// <summary>
/// A transport's end of the wire to the DTLS runner: when the association begins, in which role, and what comes before it.
/// Media thread only.
/// </summary>
/// <remarks>
/// New → (parameters; as client also a path) → Connecting → Connected → Closed, or Failed; each state is reported once. As server the
/// association begins with the client's first datagram.
/// </remarks>
internal sealed class DtlsLink(WebRtcMediaTransport transport)
{
    /// <summary>Datagrams kept while the client's parameters are still on their way by signalling.</summary>
    private const int MaxEarlyDatagrams = 4;

    private List<byte[]>? _early;
    private DtlsRole? _localRole;
    private ImmutableArray<Dtls.DtlsFingerprint> _remoteFingerprints;

    public DtlsTransportState State { get; private set; } = DtlsTransportState.New;

    /// <summary>The runner has an association of which it has not reported the end.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Takes the client's parameters, once.</summary>
    public bool TryConnect(DtlsParameters remote, out Ortc.DtlsRole localRole, out MediaError? error)
    {
        localRole = default;
        if (_localRole is not null)
        {
            error = new MediaError(MediaErrorCode.InvalidState, "The transport is connected already.");
            return false;
        }

        var fingerprints = ImmutableArray.CreateBuilder<Dtls.DtlsFingerprint>();
        foreach (var given in remote.Fingerprints)
        {
            if (Dtls.DtlsFingerprint.TryParse(given.Algorithm, given.Value, out var fingerprint))
            {
                fingerprints.Add(fingerprint);
            }
        }

        if (fingerprints.Count == 0)
        {
            error = new MediaError(MediaErrorCode.InvalidParameters, "dtlsParameters.fingerprints has no fingerprint of a supported algorithm.");
            return false;
        }

        // RFC 8842 §5.3: who did not choose leaves the choice to us, and we call.
        _localRole = remote.Role == Ortc.DtlsRole.Client ? DtlsRole.Server : DtlsRole.Client;
        _remoteFingerprints = fingerprints.ToImmutable();
        localRole = _localRole == DtlsRole.Server ? Ortc.DtlsRole.Server : Ortc.DtlsRole.Client;
        error = null;
        return true;
    }

    /// <summary>As server it waits for the client's first datagram; as client it needs a path to call on.</summary>
    public void OpenIfReady(bool hasPath)
    {
        if (_localRole is not { } role || State != DtlsTransportState.New || (role == DtlsRole.Client && !hasPath))
        {
            return;
        }

        SetState(DtlsTransportState.Connecting);
        if (role == DtlsRole.Client || _early is not null)
        {
            Open(role);
        }
    }

    public void Receive(ReadOnlySpan<byte> datagram)
    {
        if (!IsOpen && State == DtlsTransportState.Connecting)
        {
            // The client calls. Until then there was nothing to be kept, and nobody to say goodbye to.
            Open(DtlsRole.Server);
        }

        if (IsOpen)
        {
            transport.Engine.Parts.Dtls.Deliver(transport.Handle, datagram);
        }
        else if (State == DtlsTransportState.New && (_early ??= []).Count < MaxEarlyDatagrams)
        {
            _early.Add(datagram.ToArray());
        }
    }

    public void OnConnected(string? remoteCertificatePem) => SetState(DtlsTransportState.Connected, remoteCertificatePem);

    public void OnEnded(string? failure)
    {
        IsOpen = false;
        SetState(failure is null ? DtlsTransportState.Closed : DtlsTransportState.Failed);
    }

    /// <summary>Says goodbye, if there is somebody to say it to. False: nothing is to be waited for.</summary>
    public bool BeginClose()
    {
        _early = null;
        if (IsOpen)
        {
            transport.Engine.Parts.Dtls.Close(transport.Handle);
        }

        return IsOpen;
    }

    public void EndClose()
    {
        IsOpen = false;
        SetState(DtlsTransportState.Closed);
    }

    private void Open(DtlsRole role)
    {
        IsOpen = true;
        transport.Engine.DtlsSessions++;
        transport.Engine.Parts.Dtls.Open(transport.Handle, role, _remoteFingerprints);
        _remoteFingerprints = default;
        foreach (var datagram in _early ?? [])
        {
            transport.Engine.Parts.Dtls.Deliver(transport.Handle, datagram);
        }

        _early = null;
    }

    private void SetState(DtlsTransportState state, string? remoteCertificatePem = null)
    {
        if (state != State)
        {
            State = state;
            transport.Listener?.DtlsStateChanged(state, remoteCertificatePem);
        }
    }
}
