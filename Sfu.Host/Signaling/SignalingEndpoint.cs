using Akka.Actor;
using Microsoft.Extensions.Primitives;
using Sfu.Actors.Protocol;

namespace Sfu.Host.Signaling;

/// <summary>
/// Takes WebSocket upgrades at <c>/</c> and <c>/ws</c>: <c>?roomId=…&amp;peerId=…</c>, sub-protocol <c>protoo</c>. Other query parameters of
/// the public demo are ignored.
/// </summary>
internal sealed class SignalingEndpoint(IActorRef gateway, SignalingOptions options, CancellationToken stopping)
{
    private const string SubProtocol = "protoo";
    private const int MaxNameLength = 100;

    /// <summary>The client's API level, as the public demo names it.</summary>
    private const string Version = "3.0.0";

    public static bool Wants(HttpContext context) =>
        context.WebSockets.IsWebSocketRequest && (context.Request.Path == "/" || context.Request.Path == "/ws");

    public async Task HandleAsync(HttpContext context)
    {
        if (!context.WebSockets.WebSocketRequestedProtocols.Contains(SubProtocol))
        {
            await RefuseAsync(context, "The WebSocket sub-protocol 'protoo' is required.").ConfigureAwait(false);
            return;
        }

        if (!TryName(context.Request.Query["roomId"], out var room) || !TryName(context.Request.Query["peerId"], out var peer))
        {
            await RefuseAsync(context, $"roomId and peerId are required: 1 to {MaxNameLength} printable characters each.").ConfigureAwait(false);
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = SubProtocol,
            KeepAliveInterval = options.KeepAlive,
            KeepAliveTimeout = options.KeepAlive,
        }).ConfigureAwait(false);
        using var connection = new WebSocketConnection(socket, options);
        connection.Send(ProtooWriter.Notification("mediasoup-version", writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("version", Version);
            writer.WriteEndObject();
        }));
        await connection.RunAsync(new SessionKey(new RouterId(room), new PeerId(peer)), gateway, stopping).ConfigureAwait(false);
    }

    private static bool TryName(StringValues values, out string name)
    {
        name = values.Count == 1 ? values[0] ?? string.Empty : string.Empty;
        return name.Length is > 0 and <= MaxNameLength && !name.Any(c => char.IsControl(c) || char.IsSurrogate(c));
    }

    private static Task RefuseAsync(HttpContext context, string reason)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(reason, context.RequestAborted);
    }
}
