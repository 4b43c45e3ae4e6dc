using Sfu.Media.Interop;
using Sfu.Media.Wire;

namespace Sfu.Media.Dtls;

/// <summary>
/// The retransmission timer of one handshake, RFC 6347 §4.2.4: 50 ms for the first copy of a flight, doubled up to 3 s.
/// </summary>
/// <remarks>
/// <para>
/// OpenSSL measures its timer with the wall clock. Up to 3.1 it hands the BIO a pointer to the timer itself, so here it is made
/// to sleep for an hour, and <see cref="Expire"/> sets it into the past when <see cref="MediaTime"/> says so. Handshakes
/// then run wholly in the time that callers pass. <see cref="DtlsClockProbe"/> finds out whether the pointer is the timer's own; if it is
/// not (3.2 and later pass a copy), OpenSSL's timer runs by the wall clock with the same figures, <see cref="Deadline"/> follows
/// it, and only callers whose time advances with the wall clock see retransmissions.
/// </para>
/// <para>The pointer belongs to the SSL object and is renewed at each start of the timer; the engine never uses it after SSL_free.</para>
/// </remarks>
internal sealed unsafe class DtlsClock(DtlsClockMode mode)
{
    /// <summary>A duration that no handshake reaches.</summary>
    public const uint DormantUs = 3_600_000_000;

    /// <summary>What the probe adds to the timer.</summary>
    public const long ProbeSeconds = 1_000_000;

    private const uint InitialUs = 50_000;
    private const uint MaxUs = 3_000_000;
    private const long GiveUpMs = 30_000;

    // OpenSSL itself gives up at the 13th expiry of one flight.
    private const int MaxRetransmissions = 12;

    private readonly bool _virtual = mode == DtlsClockMode.Virtual;

    private LibSsl.TimeValue* _timer;
    private bool _armed;
    private int _flight;
    private int _seenFlight;
    private uint _durationUs;
    private int _retransmissions;
    private MediaTime _startedAt;
    private MediaTime _retransmitAt = MediaTime.Never;
    private MediaTime _giveUpAt = MediaTime.Never;

    /// <summary>When <see cref="Expire"/> wants to be called; never when no flight waits for its answer.</summary>
    public MediaTime Deadline => MediaTime.Min(_retransmitAt, _giveUpAt);

    /// <summary>OpenSSL starts its timer, or stops it with a time of zero.</summary>
    public void OnNextTimeout(LibSsl.TimeValue* timer)
    {
        _timer = _virtual ? timer : null;
        var armed = timer is not null && (timer->Seconds != 0 || timer->Microseconds != 0);
        if (armed && !_armed)
        {
            _flight++;
        }

        _armed = armed;
        if (armed && mode == DtlsClockMode.Probe)
        {
            // The pointer is good for the length of this call in every version.
            timer->Seconds += (nint)ProbeSeconds;
        }
    }

    /// <summary>OpenSSL asks how long its timer shall run: at first (0), and after each expiry.</summary>
    public uint NextDurationUs(uint previousUs) =>
        _virtual ? DormantUs : previousUs == 0 ? InitialUs : Math.Min(previousUs * 2, MaxUs);

    /// <summary>To be called after OpenSSL has worked: follows what it did with its timer.</summary>
    public void Observe(nint ssl, MediaTime now)
    {
        if (!_armed)
        {
            _retransmitAt = _giveUpAt = MediaTime.Never;
            return;
        }

        if (_seenFlight == 0)
        {
            _startedAt = now;
        }

        if (_flight != _seenFlight)
        {
            _seenFlight = _flight;
            _durationUs = InitialUs;
            _retransmissions = 0;
            _retransmitAt = now.PlusUs(InitialUs);
        }

        _giveUpAt = _startedAt.PlusMs(GiveUpMs);
        if (!_virtual)
        {
            LibSsl.TimeValue left;
            var running = LibSsl.Control(ssl, LibSsl.CtrlDtlsGetTimeout, 0, &left) == 1;
            _retransmitAt = running ? now.PlusUs(left.Seconds * 1_000_000L + left.Microseconds) : MediaTime.Never;
        }
    }

    /// <summary>Retransmits the flight when its time has come.</summary>
    /// <returns>False when the handshake is to be given up.</returns>
    public bool Expire(nint ssl, MediaTime now)
    {
        if (now < Deadline)
        {
            return true;
        }

        if (now >= _giveUpAt || (_virtual && ++_retransmissions > MaxRetransmissions))
        {
            return false;
        }

        if (_timer is not null)
        {
            // The pointer is the SSL object's own field: proved by the probe, and the SSL object is alive.
            *_timer = new LibSsl.TimeValue { Seconds = 1, Microseconds = 0 };
        }

        LibCryptoBio.ClearErrors();
        if (LibSsl.Control(ssl, LibSsl.CtrlDtlsHandleTimeout, 0, null) < 0)
        {
            return false;
        }

        _durationUs = Math.Min(_durationUs * 2, MaxUs);
        _retransmitAt = now.PlusUs(_durationUs);
        Observe(ssl, now);
        return true;
    }
}
