using Sfu.Media.Interop;

namespace Sfu.Media.Dtls;

/// <summary>
/// Finds out, once per process, whether the loaded OpenSSL hands the BIO its timer itself or a copy of it: a client that has
/// sent its first flight is asked for the time left after the BIO changed what it was handed. Any thread.
/// </summary>
internal static unsafe class DtlsClockProbe
{
    private static readonly Lazy<DtlsClockMode> Answer = new(Run);

    /// <summary><see cref="DtlsClockMode.Virtual"/> or <see cref="DtlsClockMode.Wall"/>.</summary>
    public static DtlsClockMode BestMode => Answer.Value;

    private static DtlsClockMode Run()
    {
        var context = LibSsl.ContextNew(LibSsl.DtlsMethod());
        if (context == 0)
        {
            return DtlsClockMode.Wall;
        }

        try
        {
            using var outgoing = new DatagramQueue(DtlsSession.MaxOutgoingBytes);
            using var engine = new DtlsEngine(
                context, DtlsRole.Client, DtlsSession.MaxDatagramBytes, DtlsClockMode.Probe, outgoing, static _ => DtlsVerdict.Reject);
            _ = engine.Handshake();
            return engine.SecondsUntilWallTimeout() > DtlsClock.ProbeSeconds / 2 ? DtlsClockMode.Virtual : DtlsClockMode.Wall;
        }
        finally
        {
            LibSsl.ContextFree(context);
        }
    }
}
