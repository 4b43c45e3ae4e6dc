using System.Net.Sockets;
using Akka.Actor;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Sfu.Actors.Protocol;
using Sfu.Host.Options;

namespace Sfu.Host.Composition;

/// <summary>Starts a node, waits until it shall end, and ends it in order: clients, transports, cluster, media plane.</summary>
internal static class NodeProgram
{
    public static async Task<int> RunAsync(StartArguments arguments)
    {
        var configuration = NodeConfiguration.Load(arguments);
        using var media = configuration.CarriesMedia ? NodeMedia.Start(configuration.Node.Options, configuration.Host.CompileAhead) : null;
        await using var app = NodeApplication.Build(configuration, media);
        try
        {
            await app.StartAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not StartException)
        {
            await StopQuietlyAsync(app).ConfigureAwait(false);
            throw new StartException(Explain(e), e);
        }

        var probe = app.Services.GetRequiredService<NodeProbe>();
        await CheckMediaAsync(app, probe, configuration.Host.StartTimeout).ConfigureAwait(false);
        Announce(app, configuration);
        if (configuration.Host.CompileAhead)
        {
            CodePreparation.Begin(app.Logger, media is { IsProcess: true }, app.Lifetime.ApplicationStopping);
        }

        var requested = StopRequestedAsync(app.Lifetime.ApplicationStopping);
        var isLost = await Task.WhenAny(requested, media?.Lost ?? requested).ConfigureAwait(false) != requested;
        if (isLost)
        {
            app.Logger.LogError("The media process has ended: the node ends, so that the others take its place");
        }

        await app.Services.GetRequiredService<NodeEmptying>().BeforeStopAsync(configuration.Node.Options.DrainDeadline).ConfigureAwait(false);
        try
        {
            await probe.EndSessionsAsync(configuration.Host.StopTimeout).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            app.Logger.LogWarning("Not every session ended in time");
        }

        await app.StopAsync().ConfigureAwait(false);
        return isLost ? 1 : 0;
    }

    /// <exception cref="StartException">The media sockets cannot be opened.</exception>
    private static async Task CheckMediaAsync(WebApplication app, NodeProbe probe, TimeSpan timeout)
    {
        string problem;
        try
        {
            if (await probe.WhenReadyAsync(timeout).ConfigureAwait(false) is not NodeProtocol.NodeFailed failed)
            {
                return;
            }

            problem = $"Media cannot be received: {Options.HostOptions.OneLine(failed.Error.Reason)}";
        }
        catch (AskTimeoutException)
        {
            problem = "The media sockets were not open in time.";
        }

        await StopQuietlyAsync(app).ConfigureAwait(false);
        throw new StartException(problem);
    }

    private static void Announce(WebApplication app, NodeConfiguration configuration)
    {
        var what = configuration.IsGateway ? "The page is" : "The node answers";
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        foreach (var address in addresses)
        {
            Console.WriteLine($"{what} at {address.Replace("[::]", "localhost", StringComparison.Ordinal)}");
        }
    }

    private static async Task StopRequestedAsync(CancellationToken stopping)
    {
        var requested = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stopping.Register(requested.SetResult).ConfigureAwait(false);
        await requested.Task.ConfigureAwait(false);
    }

    private static async Task StopQuietlyAsync(WebApplication app)
    {
        app.Services.GetRequiredService<NodeLogger.Setup>().Silence();
        try
        {
            await app.StopAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is AggregateException or OperationCanceledException or InvalidOperationException)
        {
            // The start has failed half-way; its reason is what is reported.
        }
    }

    private static string Explain(Exception failure)
    {
        var cause = failure;
        while (cause is AggregateException or TypeInitializationException && cause.InnerException is not null)
        {
            cause = cause.InnerException;
        }

        var message = Options.HostOptions.OneLine(cause.Message);
        return cause is SocketException or IOException ? $"The node cannot listen: {message}" : $"The node cannot start: {message}";
    }
}
