using Sfu.Actors.Hosting;
using Sfu.Host.Options;
using Sfu.Media.Control;
using Sfu.Media.Net;
using Sfu.Media.Remote;

namespace Sfu.Host.Composition;

/// <summary>The node's media plane, in this process or in one of its own.</summary>
internal sealed class NodeMedia : IDisposable
{
    /// <summary>Never ends.</summary>
    private static readonly Task _never = new TaskCompletionSource().Task;

    private readonly IDisposable _owned;
    private readonly MediaProcess? _process;

    private NodeMedia(IMediaPlane plane, IDisposable owned, MediaProcess? process)
    {
        Plane = plane;
        _owned = owned;
        _process = process;
    }

    public IMediaPlane Plane { get; }

    /// <summary>It has a process of its own.</summary>
    public bool IsProcess => _process is not null;

    /// <summary>When its process has ended, wanted or not. Never, in this process.</summary>
    public Task Lost => _process?.Ended ?? _never;

    /// <exception cref="StartException">The certificate cannot be used, or something that it needs is not there.</exception>
    /// <param name="node">Its options.</param>
    /// <param name="compileAhead">Its process, where it has one, compiles its code right after the start.</param>
    public static NodeMedia Start(SfuNodeOptions node, bool compileAhead)
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
            return node.Threads.OwnProcess ? OfItsOwn(MediaProcess.Start(options, node.Threads.OwnProcessPatience, compileAhead)) : InThisProcess(MediaPlane.Start(options));
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

    /// <summary>What its process costs; null: that is this one.</summary>
    /// <param name="collect">Collect garbage before.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public async Task<RuntimeReport?> MeasureProcessAsync(bool collect, CancellationToken cancellation) =>
        _process is null ? null : await _process.MeasureAsync(collect, cancellation).ConfigureAwait(false);

    public void Dispose() => _owned.Dispose();

    private static NodeMedia InThisProcess(MediaPlane plane) => new(plane, plane, process: null);

    private static NodeMedia OfItsOwn(MediaProcess process) => new(process.Plane, process, process);
}
