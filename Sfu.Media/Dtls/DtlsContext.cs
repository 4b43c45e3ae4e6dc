using System.Globalization;
using Sfu.Media.Interop;

namespace Sfu.Media.Dtls;

/// <summary>
/// What all DTLS sessions of a node share: its certificate and its choices. DTLS 1.2 only (RFC 8827 §6.5), no resumption, no
/// renegotiation, no compression; both sides show a certificate, any one will do at this level, for the fingerprint decides.
/// Any thread may make sessions from it; each session is then used by one thread at a time. Sessions outlive its disposal.
/// </summary>
/// <remarks>Keys and nonces of the handshake come from OpenSSL's random generator, so handshakes do not repeat themselves byte for byte.</remarks>
public sealed unsafe class DtlsContext : IDisposable
{
    private const int MinMtuBytes = 256;
    private const int MaxPeerCertificateBytes = 16 * 1024;

    // Forward secrecy throughout; the CBC suites at the end serve old peers (RFC 8827 §6.5 asks for ECDHE with AES-GCM).
    private const string Ciphers =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
        + "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
        + "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA";

    private const string Groups = "X25519:P-256:P-384";

    // 2 is Debian's default and refuses 1024-bit RSA, which old peers still show.
    private const int SecurityLevel = 1;

    private nint _context;

    /// <exception cref="ArgumentException">An option is out of range, or the certificate is unusable.</exception>
    /// <exception cref="InvalidOperationException">OpenSSL lacks what DTLS-SRTP needs.</exception>
    public DtlsContext(DtlsCertificate certificate, DtlsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        options ??= new DtlsOptions();
        if (options.MtuBytes is < MinMtuBytes or > DtlsSession.MaxDatagramBytes)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"The MTU {options.MtuBytes} is not in {MinMtuBytes} … {DtlsSession.MaxDatagramBytes}."),
                nameof(options));
        }

        if (options.SrtpProfiles.FirstOrDefault(static p => !DtlsSrtpProfile.IsKnown(p)) is not 0 and var unknown)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"0x{unknown:X4} is no supported SRTP profile."), nameof(options));
        }

        MtuBytes = options.MtuBytes;
        Clock = options.Clock ?? DtlsClockProbe.BestMode;
        LibCryptoBio.ClearErrors();
        _context = LibSsl.ContextNew(LibSsl.DtlsMethod());
        if (_context == 0)
        {
            throw DtlsEngine.Error("SSL_CTX_new");
        }

        try
        {
            Configure(options.SrtpProfiles);
            UseCertificate(certificate);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal int MtuBytes { get; }

    internal DtlsClockMode Clock { get; }

    /// <summary>Safe twice; not while another thread makes a session.</summary>
    public void Dispose()
    {
        LibSsl.ContextFree(Interlocked.Exchange(ref _context, 0));
    }

    internal DtlsEngine CreateEngine(DtlsRole role, DatagramQueue outgoing, DtlsJudge judge)
    {
        ObjectDisposedException.ThrowIf(_context == 0, this);
        return new DtlsEngine(_context, role, MtuBytes, Clock, outgoing, judge);
    }

    private void Configure(IReadOnlyList<ushort> srtpProfiles)
    {
        Require(LibSsl.ContextControl(_context, LibSsl.CtrlSetMinProtocol, LibSsl.Dtls12Version, null) == 1, "SSL_CTX_set_min_proto_version");
        Require(LibSsl.ContextControl(_context, LibSsl.CtrlSetMaxProtocol, LibSsl.Dtls12Version, null) == 1, "SSL_CTX_set_max_proto_version");
        LibSsl.ContextSetSecurityLevel(_context, SecurityLevel);
        Require(LibSsl.ContextSetCipherList(_context, Ciphers) == 1, "SSL_CTX_set_cipher_list");
        Require(LibSsl.ContextControlText(_context, LibSsl.CtrlSetGroupsList, 0, Groups) == 1, "SSL_CTX_set1_groups_list");
        _ = LibSsl.ContextSetOptions(
            _context, LibSsl.OptionNoQueryMtu | LibSsl.OptionNoTicket | LibSsl.OptionNoCompression | LibSsl.OptionNoRenegotiation);
        _ = LibSsl.ContextControl(_context, LibSsl.CtrlSetSessionCacheMode, 0, null);
        _ = LibSsl.ContextControl(_context, LibSsl.CtrlSetMaxCertificateList, MaxPeerCertificateBytes, null);

        // OpenSSL's write buffer, 16 KB otherwise, need not hold more than a datagram.
        _ = LibSsl.ContextControl(_context, LibSsl.CtrlSetMaxSendFragment, DtlsSession.MaxDatagramBytes, null);

        // A server that asks for certificates refuses clients that try to resume unless this is set.
        var id = stackalloc byte[] { (byte)'s', (byte)'f', (byte)'u' };
        Require(LibSsl.ContextSetSessionIdContext(_context, id, 3) == 1, "SSL_CTX_set_session_id_context");

        if (srtpProfiles.Count > 0)
        {
            var names = string.Join(':', srtpProfiles.Select(DtlsSrtpProfile.OpenSslName));
            Require(LibSsl.ContextSetUseSrtp(_context, names) == 0, "SSL_CTX_set_tlsext_use_srtp");
        }

        LibSsl.ContextSetVerify(_context, LibSsl.VerifyPeer | LibSsl.VerifyFailIfNoPeerCertificate, 0);
        DtlsCallbacks.InstallOnContext(_context);
    }

    private void UseCertificate(DtlsCertificate certificate)
    {
        fixed (byte* der = certificate.CertificateDer)
        fixed (byte* key = certificate.PrivateKeyDer)
        {
            if (LibSsl.ContextUseCertificate(_context, certificate.CertificateDer.Length, der) != 1
                || LibSsl.ContextUsePrivateKey(certificate.KeyType, _context, key, certificate.PrivateKeyDer.Length) != 1
                || LibSsl.ContextCheckPrivateKey(_context) != 1)
            {
                throw new ArgumentException(DtlsEngine.Error("Using the certificate").Message, nameof(certificate));
            }
        }
    }

    private static void Require(bool success, string call)
    {
        if (!success)
        {
            throw DtlsEngine.Error(call);
        }
    }
}
