using System.Text.Json;
using Sfu.Actors.Client;
using Sfu.Actors.Protocol;

namespace Sfu.Host.Health;

/// <summary>
/// The cluster as a whole, at any of its nodes: <c>/debug/cluster</c>, what each node carries; <c>/debug/cluster/events</c>, a stream
/// (server-sent events) of who comes and goes. For this machine only, unless <c>sfu.host.cluster-access</c> says otherwise. The page
/// <c>/cluster</c> shows both.
/// </summary>
internal sealed class ClusterEndpoints(bool everywhere, CancellationToken stopping)
{
    private const int MaxStreams = 100;

    private int _streams;

    public static void Map(WebApplication app, bool everywhere)
    {
        var endpoints = new ClusterEndpoints(everywhere, app.Lifetime.ApplicationStopping);
        app.MapGet("/debug/cluster", endpoints.DumpAsync);
        app.MapGet("/debug/cluster/events", endpoints.StreamAsync);
    }

    private async Task DumpAsync(HttpContext context)
    {
        if (!Allows(context))
        {
            return;
        }

        try
        {
            var dump = await Client(context).DumpClusterAsync(context.RequestAborted).ConfigureAwait(false);
            await context.Response.WriteAsJsonAsync(dump, ClusterJsonContext.Default.ClusterDump, cancellationToken: context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or SfuRequestException)
        {
            await RefuseAsync(context, e.Message).ConfigureAwait(false);
        }
    }

    private async Task StreamAsync(HttpContext context)
    {
        if (!Allows(context))
        {
            return;
        }

        if (Interlocked.Increment(ref _streams) > MaxStreams)
        {
            Interlocked.Decrement(ref _streams);
            await RefuseAsync(context, "Too many watch already.").ConfigureAwait(false);
            return;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await WriteEventsAsync(context, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The reader left, or the node ends.
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }
    }

    private static async Task WriteEventsAsync(HttpContext context, CancellationToken end)
    {
        var client = Client(context);
        await using var session = client.OpenSession();
        try
        {
            await client.SubscribeClusterAsync(session.Actor, end).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or SfuRequestException)
        {
            await RefuseAsync(context, e.Message).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.FlushAsync(end).ConfigureAwait(false);
        try
        {
            await foreach (var news in session.ReadAllAsync(end).ConfigureAwait(false))
            {
                var name = JsonNamingPolicy.CamelCase.ConvertName(news.GetType().Name);
                var data = JsonSerializer.Serialize(news, news.GetType(), ClusterJsonContext.Default);
                await context.Response.WriteAsync($"event: {name}\ndata: {data}\n\n", end).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(end).ConfigureAwait(false);
            }
        }
        catch (SfuRequestException)
        {
            // The reader was too slow: it comes back and begins with the members as they are.
        }
    }

    private static SfuClient Client(HttpContext context) => context.RequestServices.GetRequiredService<SfuClient>();

    private static Task RefuseAsync(HttpContext context, string reason)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsync(reason, context.RequestAborted);
    }

    private bool Allows(HttpContext context)
    {
        if (everywhere || LoopbackOnly.Allows(context))
        {
            return true;
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return false;
    }
}
