using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Sfu.Media.Dtls;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Dtls;

/// <summary>The server against <c>openssl s_client</c> over a loopback socket.</summary>
[Collection(nameof(DtlsCollection))]
public sealed partial class DtlsOpenSslInteropSpecs : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("sfu-dtls").FullName;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly DtlsCertificate _serverCertificate = DtlsCertificate.CreateSelfSigned();
    private readonly DtlsCertificate _clientCertificate;
    private readonly List<string> _heard = [];
    private string[] _conversation = [];

    public DtlsOpenSslInteropSpecs()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=s_client", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
        _clientCertificate = DtlsCertificate.FromPem(File.ReadAllText(CertificateFile), File.ReadAllText(KeyFile));
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    }

    private string CertificateFile => Path.Combine(_folder, "certificate.pem");

    private string KeyFile => Path.Combine(_folder, "key.pem");

    [OpenSslTheory]
    [InlineData("SRTP_AEAD_AES_128_GCM", DtlsSrtpProfile.AeadAes128Gcm)]
    [InlineData("SRTP_AES128_CM_SHA1_80", DtlsSrtpProfile.AesCm128HmacSha1Tag80)]
    [InlineData("SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_256_GCM", DtlsSrtpProfile.AeadAes256Gcm)]
    public async Task Server_and_s_client_export_the_same_keys(string offered, ushort chosen)
    {
        var bytes = DtlsSrtpProfile.KeyingMaterialBytes(chosen);
        using var context = new DtlsContext(_serverCertificate);
        using var server = new DtlsSession(context, DtlsRole.Server);
        var output = await Serve(
            server, "-cert", CertificateFile, "-key", KeyFile, "-use_srtp", offered,
            "-keymatexport", "EXTRACTOR-dtls_srtp", "-keymatexportlen", bytes.ToString(System.Globalization.CultureInfo.InvariantCulture));

        Assert.True(server.KeyingMaterial.Length > 0, $"{server.State} {server.FailureText}\n{output}");
        Assert.Equal(chosen, server.SrtpProfileId);
        Assert.Equal(Convert.ToHexString(server.KeyingMaterial), KeyingMaterial().Match(output).Groups[1].Value);
        Assert.Equal(File.ReadAllText(CertificateFile).ReplaceLineEndings("").Trim(), server.RemoteCertificatePem?.ReplaceLineEndings(""));
    }

    /// <summary>AES-GCM and ChaCha20 records are protected by the session itself after the handshake, CBC ones by OpenSSL.</summary>
    [OpenSslTheory]
    [InlineData("ECDHE-ECDSA-AES128-GCM-SHA256")]
    [InlineData("ECDHE-ECDSA-AES256-GCM-SHA384")]
    [InlineData("ECDHE-ECDSA-CHACHA20-POLY1305")]
    [InlineData("ECDHE-ECDSA-AES128-SHA")]
    public async Task Server_and_s_client_exchange_data(string cipher)
    {
        using var context = new DtlsContext(_serverCertificate);
        using var server = new DtlsSession(context, DtlsRole.Server);
        _conversation = ["one question\n", "and another\n"];
        var output = await Serve(
            server, "-cert", CertificateFile, "-key", KeyFile, "-use_srtp", "SRTP_AEAD_AES_128_GCM", "-cipher", cipher, "-quiet");

        Assert.Equal(DtlsState.Closed, server.State);
        Assert.Equal(_conversation, _heard);
        Assert.Contains("Answer to one question", output, StringComparison.Ordinal);
        Assert.Contains("Answer to and another", output, StringComparison.Ordinal);
    }

    [OpenSslFact]
    public async Task Client_that_offers_no_srtp_is_refused()
    {
        using var context = new DtlsContext(_serverCertificate);
        using var server = new DtlsSession(context, DtlsRole.Server);
        var output = await Serve(server, "-cert", CertificateFile, "-key", KeyFile);

        Assert.Equal(DtlsFailure.NoSrtpProfile, server.Failure);
        Assert.Contains("alert handshake failure", output, StringComparison.Ordinal);
        Assert.True(server.KeyingMaterial.IsEmpty);
    }

    [OpenSslFact]
    public async Task Client_without_a_certificate_is_refused()
    {
        using var context = new DtlsContext(_serverCertificate);
        using var server = new DtlsSession(context, DtlsRole.Server);
        await Serve(server, "-use_srtp", "SRTP_AEAD_AES_128_GCM");

        Assert.Equal(DtlsFailure.ProtocolError, server.Failure);
        Assert.Contains("peer did not return a certificate", server.FailureText, StringComparison.Ordinal);
        Assert.True(server.KeyingMaterial.IsEmpty);
    }

    [OpenSslFact]
    public async Task Client_of_dtls_1_0_is_refused()
    {
        using var context = new DtlsContext(_serverCertificate);
        using var server = new DtlsSession(context, DtlsRole.Server);
        await Serve(
            server, "-cert", CertificateFile, "-key", KeyFile, "-use_srtp", "SRTP_AES128_CM_SHA1_80", "-dtls1", "-cipher", "ALL:@SECLEVEL=0");

        Assert.Equal(DtlsFailure.ProtocolError, server.Failure);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _serverCertificate.Dispose();
        _clientCertificate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [GeneratedRegex("Keying material: ([0-9A-F]+)")]
    private static partial Regex KeyingMaterial();

    /// <summary>Runs the session against one s_client until it has connected, and then closed, or failed.</summary>
    private async Task<string> Serve(DtlsSession server, params string[] arguments)
    {
        server.SetRemoteFingerprints(_clientCertificate.Fingerprints, MediaTime.Zero);
        server.Start(MediaTime.Zero);
        using var client = StartClient(arguments);
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            var output = client.StandardOutput.ReadToEndAsync(deadline.Token);
            var errors = client.StandardError.ReadToEndAsync(deadline.Token);
            Pump(server, client);
            await client.WaitForExitAsync(deadline.Token);
            return await output + await errors;
        }
        finally
        {
            if (!client.HasExited)
            {
                client.Kill();
            }
        }
    }

    private Process StartClient(string[] arguments)
    {
        var start = new ProcessStartInfo("openssl")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("s_client");
        if (!arguments.Contains("-dtls1"))
        {
            start.ArgumentList.Add("-dtls1_2");
        }

        start.ArgumentList.Add("-connect");
        start.ArgumentList.Add(_socket.LocalEndPoint!.ToString()!);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private void Pump(DtlsSession server, Process client)
    {
        var asked = 0;
        var watch = Stopwatch.StartNew();
        var buffer = new byte[DtlsSession.MaxDatagramBytes];
        var inbound = new byte[2048];
        EndPoint peer = new IPEndPoint(IPAddress.Any, 0);
        while (watch.Elapsed < Deadline)
        {
            var now = new MediaTime((long)watch.Elapsed.TotalMicroseconds);
            if (server.State == DtlsState.Connected)
            {
                if (_heard.Count == _conversation.Length)
                {
                    server.Close(now);
                }
                else if (asked == _heard.Count)
                {
                    client.StandardInput.Write(_conversation[asked++]);
                    client.StandardInput.Flush();
                }
            }

            server.OnTimeout(now);
            while (server.TryTakeOutgoing(buffer, out var length))
            {
                _socket.SendTo(buffer.AsSpan(0, length), peer);
            }

            if (server.State is DtlsState.Closed or DtlsState.Failed)
            {
                return;
            }

            if (_socket.Poll(TimeSpan.FromMilliseconds(20), SelectMode.SelectRead))
            {
                var received = _socket.ReceiveFrom(inbound, ref peer);
                server.Receive(inbound.AsSpan(0, received), now);
                while (server.TryTakeApplicationData(buffer, out var length))
                {
                    _heard.Add(Encoding.ASCII.GetString(buffer, 0, length));
                    Assert.True(server.SendApplicationData(Encoding.ASCII.GetBytes($"Answer to {_heard[^1]}"), now));
                }
            }
        }
    }
}
