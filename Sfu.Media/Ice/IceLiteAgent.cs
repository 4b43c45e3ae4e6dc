using System.Diagnostics.CodeAnalysis;
using Sfu.Media.Stun;
using Sfu.Media.Wire;

namespace Sfu.Media.Ice;

/// <summary>
/// The ICE-lite agent of one transport, RFC 8445 §2.5: it answers connectivity checks, keeps the tuples they prove, and sends
/// on the one the peer nominates, by the table of <see cref="IceNomination"/>. Always controlled. Sans-IO. Media thread only.
/// Consent runs per tuple (RFC 7675): an answered check renews that tuple's consent alone, and a tuple without one is removed,
/// so nothing is ever sent to an address that stopped asking for it.
/// </summary>
public sealed class IceLiteAgent
{
    /// <summary>The most bytes that <see cref="ProcessRequest"/> writes.</summary>
    public const int MaxResponseBytes = 128;

    private readonly IceAgentSettings _settings;
    private readonly IceTupleTable _tuples = new();
    private readonly IceEventQueue _events;

    private IceNomination _nomination;

    /// <param name="settings">Consent and tuple limit.</param>
    /// <param name="local">The credentials given to the peer.</param>
    /// <param name="listener">Told at once of the ufrag.</param>
    public IceLiteAgent(IceAgentSettings settings, IceCredentials local, IIceListener listener)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(local);
        ArgumentNullException.ThrowIfNull(listener);
        _settings = settings;
        _events = new IceEventQueue(listener);
        Local = local;
        _events.Add(new IceEvent(IceEventKind.LocalUfragAdded) { Ufrag = local.Ufrag });
        _events.Deliver();
    }

    public IceState State { get; private set; }

    public IceCredentials Local { get; private set; }

    /// <summary>The credentials before the last restart, valid until the peer uses the new ones; else null.</summary>
    public IceCredentials? Previous { get; private set; }

    /// <summary>The path to send on.</summary>
    public TransportTuple? SelectedTuple => _tuples.SelectedTuple;

    /// <summary>A copy, oldest first. Allocates.</summary>
    public IReadOnlyList<TransportTuple> Tuples => _tuples.ToArray();

    /// <summary>When <see cref="OnTimeout"/> has something to do; later checks move it back.</summary>
    public MediaTime NextTimeout => _tuples.NextConsentDeadline();

    /// <summary>
    /// Takes a STUN datagram. Responses, indications, what is no STUN and what has a wrong FINGERPRINT change nothing and get no
    /// answer. Only a request with the right MESSAGE-INTEGRITY changes anything.
    /// </summary>
    /// <param name="datagram">One whole datagram, or one RFC 4571 frame.</param>
    /// <param name="tuple">The path it came by.</param>
    /// <param name="now">The time it came.</param>
    /// <param name="response"><see cref="MaxResponseBytes"/>, not overlapping <paramref name="datagram"/>. Written before the listener hears of anything.</param>
    /// <returns>Bytes of the response to send back on <paramref name="tuple"/>; 0 for none.</returns>
    /// <exception cref="ArgumentException"><paramref name="response"/> is too small.</exception>
    public int ProcessRequest(ReadOnlySpan<byte> datagram, in TransportTuple tuple, MediaTime now, Span<byte> response)
    {
        if (!TryAdmit(datagram, response, out var request, out var credentials, out var written))
        {
            return written;
        }

        written = Answer(request, credentials, tuple, now, response);
        _events.Deliver();
        return written;
    }

    /// <summary>
    /// The part of <see cref="ProcessRequest"/> that changes nothing: whether a datagram is a request with the right MESSAGE-INTEGRITY. Any
    /// thread, also while the agent's own thread is at work.
    /// </summary>
    /// <param name="datagram">One whole datagram, or one RFC 4571 frame.</param>
    /// <param name="response"><see cref="MaxResponseBytes"/>, not overlapping <paramref name="datagram"/>.</param>
    /// <param name="request">The request, when it is one.</param>
    /// <param name="credentials">Those that it was made with.</param>
    /// <param name="written">Bytes of the answer to a request that is not admitted; 0 for none.</param>
    internal bool TryAdmit(
        ReadOnlySpan<byte> datagram, Span<byte> response, out StunMessage request, [NotNullWhen(true)] out IceCredentials? credentials, out int written)
    {
        if (response.Length < MaxResponseBytes)
        {
            throw new ArgumentException($"Needs {MaxResponseBytes} bytes.", nameof(response));
        }

        written = 0;
        credentials = null;
        if (!StunMessage.TryParse(datagram, out request) || request.Class != StunClass.Request || State == IceState.Closed)
        {
            return false;
        }

        var fingerprint = request.CheckFingerprint();
        if (fingerprint == StunFingerprintStatus.Wrong)
        {
            return false;
        }

        if (request.Method != StunMethod.Binding
            || fingerprint == StunFingerprintStatus.Absent
            || !request.HasPriority
            || !request.HasUsername
            || !request.HasMessageIntegrity)
        {
            written = IceResponse.WriteError(response, request, StunErrorCode.BadRequest);
            return false;
        }

        credentials = Authenticate(request);
        if (credentials is null)
        {
            written = IceResponse.WriteError(response, request, StunErrorCode.Unauthenticated);
            return false;
        }

        return true;
    }

    public bool HasTuple(in TransportTuple tuple) => _tuples.Find(tuple) >= 0;

    /// <summary>
    /// A DTLS record, or an SRTP packet that decrypted, came by this path: the peer sends there, so it is active, and the
    /// answers follow it. Called per packet. A path that no check has proven changes nothing; RTCP is not for this method.
    /// </summary>
    public void NoteMedia(in TransportTuple tuple, MediaTime now)
    {
        var index = _tuples.Find(tuple);
        if (index < 0)
        {
            return;
        }

        _tuples[index].LastActive = now;
        if (index != _tuples.Selected && State is IceState.Connected or IceState.Completed)
        {
            Select(index);
            _events.Deliver();
        }
    }

    /// <summary>A path is gone: its TCP connection closed, or another transport's peer took its 5-tuple over. Unknown ones are ignored.</summary>
    public void RemoveTuple(in TransportTuple tuple, MediaTime now, TupleRemovalReason reason = TupleRemovalReason.Closed)
    {
        var index = _tuples.Find(tuple);
        if (index < 0)
        {
            return;
        }

        var selected = index == _tuples.Selected;
        Remove(index, reason);
        RemoveExpired(now, selected);
        _events.Deliver();
    }

    /// <summary>
    /// ICE restart, RFC 8445 §9. Tuples and state stay. The credentials up to now are good until the peer uses the new ones; a
    /// second restart before that drops the older ones.
    /// </summary>
    /// <exception cref="ArgumentException">The ufrag is in use by this agent already.</exception>
    public void Restart(IceCredentials credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        if (State == IceState.Closed)
        {
            return;
        }

        if (credentials.Ufrag == Local.Ufrag || credentials.Ufrag == Previous?.Ufrag)
        {
            throw new ArgumentException("A restart needs a new ufrag.", nameof(credentials));
        }

        ForgetPrevious();
        Previous = Local;
        Local = credentials;
        _nomination.Reset();
        _events.Add(new IceEvent(IceEventKind.LocalUfragAdded) { Ufrag = credentials.Ufrag });
        _events.Deliver();
    }

    /// <summary>Removes the tuples whose consent has run out. Early calls do nothing.</summary>
    public void OnTimeout(MediaTime now)
    {
        RemoveExpired(now, selectedGone: false);
        _events.Deliver();
    }

    /// <summary>Ends the agent: ufrags, then tuples, then the state. A second call does nothing.</summary>
    public void Close()
    {
        if (State == IceState.Closed)
        {
            return;
        }

        _events.Add(new IceEvent(IceEventKind.LocalUfragRemoved) { Ufrag = Local.Ufrag });
        ForgetPrevious();
        var hadSelected = _tuples.Selected >= 0;
        for (var i = 0; i < _tuples.Count; i++)
        {
            AddRemoved(_tuples[i].Tuple, TupleRemovalReason.TransportClosed);
        }

        _tuples.Clear();
        if (hadSelected)
        {
            _events.Add(new IceEvent(IceEventKind.SelectedTupleChanged));
        }

        SetState(IceState.Closed);
        _events.Deliver();
    }

    private IceCredentials? Authenticate(in StunMessage request)
    {
        if (Local.Authenticate(request))
        {
            return Local;
        }

        return Previous is { } previous && previous.Authenticate(request) ? previous : null;
    }

    /// <summary>Answers an authenticated request.</summary>
    private int Answer(in StunMessage request, IceCredentials credentials, in TransportTuple tuple, MediaTime now, Span<byte> response)
    {
        if (Previous is not null && ReferenceEquals(credentials, Local))
        {
            // Nominations made under the old credentials count no more.
            ForgetPrevious();
            _nomination.Reset();
        }

        var key = credentials.PasswordBytes;
        if (request.UnknownRequired.Count > 0)
        {
            return IceResponse.WriteError(response, request, StunErrorCode.UnknownAttribute, key);
        }

        if (request.HasIceControlled)
        {
            // RFC 8445 §7.3.1.1: a lite agent stays controlled whatever the tie-breaker.
            return IceResponse.WriteError(response, request, StunErrorCode.RoleConflict, key);
        }

        var index = _tuples.Find(tuple);
        if (index < 0)
        {
            index = TryAdd(request, tuple, now);
            if (index < 0)
            {
                return IceResponse.WriteError(response, request, StunErrorCode.ServerError, key);
            }
        }

        ref var entry = ref _tuples[index];
        entry.LastActive = now;
        entry.ConsentDeadline = _settings.ConsentTimeoutSeconds == 0
            ? MediaTime.Never
            : now.PlusMs(_settings.ConsentTimeoutSeconds * 1000L);
        if (_nomination.Selects(request, State))
        {
            Select(index);
            SetState(_nomination.Accept(request, State));
        }

        return IceResponse.WriteSuccess(response, request, tuple.Remote, key);
    }

    /// <summary>Makes room as the policy says and adds a tuple; −1 when it must be refused.</summary>
    private int TryAdd(in StunMessage request, in TransportTuple tuple, MediaTime now)
    {
        if (_tuples.Count >= _settings.MaxTuples)
        {
            RemoveExpired(now, selectedGone: false);
        }

        var victim = -1;
        if (_tuples.Count >= _settings.MaxTuples)
        {
            if (_settings.TupleLimitPolicy == TupleLimitPolicy.Reject)
            {
                return -1;
            }

            victim = _tuples.LeastRecentlyActiveUnselected();
            if (victim < 0)
            {
                // Only the selected tuple is there. It yields to its successor and to nothing else.
                if (!_nomination.Selects(request, State))
                {
                    return -1;
                }

                victim = _tuples.Selected;
            }
        }

        _events.Add(new IceEvent(IceEventKind.TupleAdded) { Tuple = tuple });
        if (victim >= 0)
        {
            Remove(victim, TupleRemovalReason.Evicted);
        }

        return _tuples.Add(tuple);
    }

    /// <summary>Removes what has no consent left, then chooses the next selected tuple when the selected one is gone.</summary>
    private void RemoveExpired(MediaTime now, bool selectedGone)
    {
        for (var i = 0; i < _tuples.Count;)
        {
            if (_tuples[i].ConsentDeadline > now)
            {
                i++;
                continue;
            }

            selectedGone |= i == _tuples.Selected;
            Remove(i, TupleRemovalReason.ConsentExpired);
        }

        if (!selectedGone)
        {
            return;
        }

        var next = _tuples.MostRecentlyActive();
        if (next >= 0)
        {
            Select(next);
            return;
        }

        _nomination.Reset();
        _events.Add(new IceEvent(IceEventKind.SelectedTupleChanged));
        SetState(IceState.Disconnected);
    }

    private void Remove(int index, TupleRemovalReason reason)
    {
        AddRemoved(_tuples[index].Tuple, reason);
        _tuples.RemoveAt(index);
    }

    private void Select(int index)
    {
        if (_tuples.Selected == index)
        {
            return;
        }

        _tuples.Select(index);
        _events.Add(new IceEvent(IceEventKind.SelectedTupleChanged) { Tuple = _tuples[index].Tuple });
    }

    private void SetState(IceState state)
    {
        if (State == state)
        {
            return;
        }

        State = state;
        _events.Add(new IceEvent(IceEventKind.StateChanged) { State = state });
    }

    private void ForgetPrevious()
    {
        if (Previous is not { } previous)
        {
            return;
        }

        Previous = null;
        _events.Add(new IceEvent(IceEventKind.LocalUfragRemoved) { Ufrag = previous.Ufrag });
    }

    private void AddRemoved(in TransportTuple tuple, TupleRemovalReason reason) =>
        _events.Add(new IceEvent(IceEventKind.TupleRemoved) { Tuple = tuple, Reason = reason });
}
