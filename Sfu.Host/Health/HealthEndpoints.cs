using System.Globalization;
using System.Text.Json;
using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Host.Composition;
using Sfu.Media.Remote;

namespace Sfu.Host.Health;

/// <summary>
/// <c>/healthz/live</c>: the process answers. <c>/healthz/ready</c>: the node is a member of its cluster, its media sockets are open if it
/// carries media, and otherwise another node of the cluster is there that does.
/// For this machine only: <c>/debug/dump[?room=…]</c>, everything that node and media plane hold, <c>/debug/runtime</c>, memory and
/// collections, after a full collection when posted to, and <c>DELETE /debug/servers/{id}</c>, which closes a WebRtcServer with its
/// transports.
/// </summary>
internal static class HealthEndpoints
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    /// <param name="app">Where they are served.</param>
    /// <param name="media">The node's; null: it has none.</param>
    public static void Map(WebApplication app, NodeMedia? media)
    {
        app.UseRouting();
        app.MapGet("/healthz/live", context => context.Response.WriteAsync("live"));
        app.MapGet("/healthz/ready", ReadyAsync);
        app.MapGet("/debug/dump", DumpAsync);
        app.MapGet("/debug/runtime", context => RuntimeAsync(context, media, collect: false));
        app.MapPost("/debug/runtime", context => RuntimeAsync(context, media, collect: true));
        app.MapDelete("/debug/servers/{id}", CloseServerAsync);
    }

    private static async Task ReadyAsync(HttpContext context)
    {
        var probe = context.RequestServices.GetRequiredService<NodeProbe>();
        var problem = context.RequestServices.GetRequiredService<NodeEmptying>().IsEmptying
            ? "the node is being emptied"
            : await ProblemAsync(probe).ConfigureAwait(false);
        context.Response.StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await context.Response.WriteAsync(problem ?? "ready", context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task<string?> ProblemAsync(NodeProbe probe)
    {
        if (!probe.IsMemberUp)
        {
            return "not a member of the cluster";
        }

        if (!probe.IsMediaReachable)
        {
            return "no node of the cluster carries media";
        }

        try
        {
            return await probe.WhenReadyAsync(s_patience).ConfigureAwait(false) is NodeProtocol.NodeFailed
                ? "the media sockets are not open"
                : null;
        }
        catch (AskTimeoutException)
        {
            return "the media sockets are not open yet";
        }
    }

    private static async Task DumpAsync(HttpContext context)
    {
        if (!LoopbackOnly.Allows(context))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        try
        {
            var probe = context.RequestServices.GetRequiredService<NodeProbe>();
            var room = context.Request.Query["room"].ToString();
            var report = new NodeReport(
                probe.Member.Address.ToString(),
                probe.Roles,
                await probe.CountSessionsAsync(s_patience).ConfigureAwait(false),
                await probe.DumpNodeAsync(s_patience).ConfigureAwait(false),
                room.Length > 0 ? await probe.DumpRouterAsync(room, s_patience).ConfigureAwait(false) : null);
            await context.Response.WriteAsJsonAsync(report, NodeReportJsonContext.Default.NodeReport, cancellationToken: context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AskTimeoutException or JsonException)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"no dump: {e.Message}"), context.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>Answers when the sockets are closed. No page of another site can ask: browsers ask for leave before they send a DELETE.</summary>
    private static async Task CloseServerAsync(HttpContext context)
    {
        if (!LoopbackOnly.Allows(context) || context.Request.Headers.Origin.Count > 0)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        try
        {
            var probe = context.RequestServices.GetRequiredService<NodeProbe>();
            var id = new ServerId(context.GetRouteValue("id")?.ToString() ?? string.Empty);
            context.Response.StatusCode = await probe.CloseServerAsync(id, s_patience).ConfigureAwait(false)
                ? StatusCodes.Status204NoContent
                : StatusCodes.Status404NotFound;
        }
        catch (AskTimeoutException)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
    }

    private static async Task RuntimeAsync(HttpContext context, NodeMedia? media, bool collect)
    {
        // A page in this machine's browser must not be able to have garbage collected.
        if (!LoopbackOnly.Allows(context) || context.Request.Headers.Origin.Count > 0)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var process = media is null ? null : await media.MeasureProcessAsync(collect, context.RequestAborted).ConfigureAwait(false);
        var report = RuntimeReport.OfThisProcess(collect) with { MediaProcess = process };
        await context.Response.WriteAsJsonAsync(report, RuntimeReportJsonContext.Default.RuntimeReport, cancellationToken: context.RequestAborted)
            .ConfigureAwait(false);
    }
}
