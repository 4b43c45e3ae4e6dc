using Sfu.Actors.Hosting;
using Sfu.Host.Options;
using Sfu.Media.Control;
using Sfu.Media.Net;

namespace Sfu.Host.Composition;

/// <summary>The node's media plane, in this process or in one of its own.</summary>
internal sealed class NodeMedia : IDisposable
{
    private readonly IDisposable _owned;

    private NodeMedia(IDisposable owned, IMediaPlane plane, Task lost)
    {
        _owned = owned;
        Plane = plane;
        Lost = lost;
    }

    public IMediaPlane Plane { get; }

    /// <summary>When its process has ended, wanted or not. Never, in this process.</summary>
    public Task Lost { get; }

    /// <exception cref="StartException">The certificate cannot be used, or something that it needs is not there.</exception>
    public static NodeMedia Start(SfuNodeOptions node)
    {
        try
        {
            var options = new MediaPlaneOptions
            {
                DtlsCertificatePem = node.DtlsCertificateFile is { } certificate ? File.ReadAllText(certificate) : null,
                DtlsPrivateKeyPem = node.DtlsPrivateKeyFile is { } key ? File.ReadAllText(key) : null,
                TcpUnauthenticatedTimeoutMs = (int)node.Tcp.UnauthenticatedTimeout.TotalMilliseconds,
                TcpMaxConnectionsPerRemoteIp = node.Tcp.MaxConnectionsPerRemoteIp,
                TcpSendQueueBytes = node.Tcp.SendQueueBytes,
                Threads = node.Threads.Count,
                PinThreads = node.Threads.Pinned,
                BusyPollUs = node.Threads.BusyPollUs,
                Nice = node.Threads.Nice,
                Warn = static text => Console.WriteLine($"media: {text}"),
            };
            return node.Threads.OwnProcess ? OfItsOwn(MediaProcess.Start(options)) : InThisProcess(MediaPlane.Start(options));
        }
        catch (EndOfStreamException e)
        {
            throw new StartException("The media process has ended before it was ready.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new StartException($"The DTLS certificate (sfu.media) cannot be used: {Options.HostOptions.OneLine(e.Message)}", e);
        }
        catch (DllNotFoundException e)
        {
            throw new StartException("OpenSSL's libssl was not found. Install it, for example: apt-get install libssl3", e);
        }
    }

    public void Dispose() => _owned.Dispose();

    private static NodeMedia InThisProcess(MediaPlane plane) => new(plane, plane, new TaskCompletionSource().Task);

    private static NodeMedia OfItsOwn(MediaProcess process) => new(process, process.Plane, process.Ended);
}
