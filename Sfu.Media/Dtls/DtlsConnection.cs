using System.Runtime.CompilerServices;

namespace Sfu.Media.Dtls;

/// <summary>
/// A session after its handshake: records are protected here and OpenSSL's objects are gone, because they hold 40 to 70 KB each for
/// as long as they live. What is left to do is little: application data, alerts, and the answer to a client that did not get the
/// server's last flight. One thread at a time.
/// </summary>
internal sealed class DtlsConnection : IDisposable
{
    private const ushort Epoch = 1;
    private const ulong MaxSequence = (1UL << 48) - 1;
    private const int MaxPlainBytes = 16 * 1024;

    // RFC 5246 §7.2.
    private const int AlertBytes = 2;
    private const byte AlertWarning = 1;
    private const byte AlertFatal = 2;
    private const byte CloseNotify = 0;

    // RFC 5246 §7.4.
    private const byte FinishedMessage = 20;

    private readonly DtlsRecordKey _read;
    private readonly DtlsRecordKey _write;
    private readonly byte[][] _finalFlight;

    private ulong _nextSequence;
    private DtlsReplayWindow _received;

    /// <param name="read">Opens what comes.</param>
    /// <param name="write">Protects what goes.</param>
    /// <param name="nextSequence">Epoch and number of the next record to send.</param>
    /// <param name="finalFlight">
    /// A server's datagrams that ended the handshake. They go out again as they are: a client that got them takes the copies for replays,
    /// and one that did not takes them. Empty in a client, whose last flight is answered.
    /// </param>
    public DtlsConnection(DtlsRecordKey read, DtlsRecordKey write, ulong nextSequence, byte[][] finalFlight)
    {
        _read = read;
        _write = write;
        _nextSequence = nextSequence;
        _finalFlight = finalFlight;
    }

    /// <summary>The description of the fatal alert that the peer has sent, if any.</summary>
    public byte? PeerAlert { get; private set; }

    /// <summary>
    /// Takes a datagram. What is not authentic, was here before, or belongs to the handshake's epoch is passed over (RFC 6347 §4.1.2.7).
    /// </summary>
    /// <param name="datagram">From the network.</param>
    /// <param name="completesHandshake">It is the one that completed the handshake, so that its Finished is not a repetition.</param>
    /// <param name="applicationData">Takes application data.</param>
    /// <param name="outgoing">Takes what is to be sent.</param>
    /// <returns>PeerClosed, or Failed by the peer's alert; else WantsInput.</returns>
    [SkipLocalsInit]
    public DtlsStep Receive(ReadOnlySpan<byte> datagram, bool completesHandshake, DatagramQueue applicationData, DatagramQueue outgoing)
    {
        Span<byte> room = stackalloc byte[MaxPlainBytes];
        while (DtlsRecord.TryTake(ref datagram, out var record))
        {
            if (record.Epoch != Epoch || record.Version != DtlsRecord.Version12 || !_received.IsFresh(record.Sequence)
                || !_read.TryOpen(record, room, out var length))
            {
                continue;
            }

            _received.Mark(record.Sequence);
            var plain = room[..length];
            switch (record.Type)
            {
                case DtlsRecord.ApplicationData when length > 0:
                    _ = applicationData.TryEnqueue(plain);
                    break;
                case DtlsRecord.Handshake when length > 0 && plain[0] == FinishedMessage && !completesHandshake:
                    foreach (var sent in _finalFlight)
                    {
                        _ = outgoing.TryEnqueue(sent);
                    }

                    break;
                case DtlsRecord.Alert when length == AlertBytes && plain[1] == CloseNotify:
                    return DtlsStep.PeerClosed;
                case DtlsRecord.Alert when length == AlertBytes && plain[0] == AlertFatal:
                    PeerAlert = plain[1];
                    return DtlsStep.Failed;
            }
        }

        return DtlsStep.WantsInput;
    }

    /// <summary>Queues a record of application data. False when numbers are used up or the cipher fails.</summary>
    public bool Send(ReadOnlySpan<byte> data, DatagramQueue outgoing) => Send(DtlsRecord.ApplicationData, data, outgoing);

    public void SendCloseNotify(DatagramQueue outgoing) => _ = Send(DtlsRecord.Alert, [AlertWarning, CloseNotify], outgoing);

    public void Dispose()
    {
        _read.Dispose();
        _write.Dispose();
    }

    [SkipLocalsInit]
    private bool Send(byte type, ReadOnlySpan<byte> plain, DatagramQueue outgoing)
    {
        if (_nextSequence > DtlsRecord.FirstOf(Epoch) + MaxSequence)
        {
            return false;
        }

        // The number is spent even when the cipher fails half-way.
        Span<byte> room = stackalloc byte[DtlsSession.MaxDatagramBytes];
        var sequence = _nextSequence++;
        var fragment = room.Slice(DtlsRecord.HeaderBytes, plain.Length + _write.Overhead);
        if (!_write.Seal(type, sequence, plain, fragment))
        {
            return false;
        }

        DtlsRecord.WriteHeader(room, type, sequence, fragment.Length);
        _ = outgoing.TryEnqueue(room[..(DtlsRecord.HeaderBytes + fragment.Length)]);
        return true;
    }
}
