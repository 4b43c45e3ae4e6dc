using System.Globalization;
using Akka.Actor;
using Sfu.Host.Composition;

namespace Sfu.Host.Health;

/// <summary>
/// For this machine only: <c>POST /debug/drain[?within=SECONDS][&amp;move=no]</c> empties the node and ends it, <c>DELETE /debug/drain</c> changes
/// one's mind. With <c>move=no</c> clients are not asked to move: the node waits until they leave.
/// </summary>
internal static class DrainEndpoints
{
    private const int MaxSeconds = 24 * 60 * 60;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    public static void Map(WebApplication app, TimeSpan defaultWithin)
    {
        app.MapPost("/debug/drain", context => BeginAsync(context, defaultWithin));
        app.MapDelete("/debug/drain", CancelAsync);
    }

    private static Task BeginAsync(HttpContext context, TimeSpan defaultWithin)
    {
        if (!IsAllowed(context))
        {
            return AnswerAsync(context, StatusCodes.Status404NotFound);
        }

        var within = defaultWithin;
        var given = context.Request.Query["within"].ToString();
        if (given.Length > 0)
        {
            if (!int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > MaxSeconds)
            {
                return AnswerAsync(context, StatusCodes.Status400BadRequest, $"within: whole seconds, at most {MaxSeconds}");
            }

            within = TimeSpan.FromSeconds(seconds);
        }

        if (context.Request.Query["move"].ToString() is var move && move is not ("" or "yes" or "no"))
        {
            return AnswerAsync(context, StatusCodes.Status400BadRequest, "move: yes or no");
        }

        var emptying = context.RequestServices.GetRequiredService<NodeEmptying>();
        if (!emptying.CanBegin)
        {
            return AnswerAsync(context, StatusCodes.Status409Conflict, "there is no other node that could take over");
        }

        emptying.Begin(within, mayStay: move == "no");
        return AnswerAsync(context, StatusCodes.Status202Accepted);
    }

    private static async Task CancelAsync(HttpContext context)
    {
        if (!IsAllowed(context))
        {
            await AnswerAsync(context, StatusCodes.Status404NotFound).ConfigureAwait(false);
            return;
        }

        try
        {
            await context.RequestServices.GetRequiredService<NodeEmptying>().CancelAsync(s_patience).ConfigureAwait(false);
            await AnswerAsync(context, StatusCodes.Status204NoContent).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            await AnswerAsync(context, StatusCodes.Status503ServiceUnavailable).ConfigureAwait(false);
        }
    }

    /// <summary>No page of another site may ask.</summary>
    private static bool IsAllowed(HttpContext context) => LoopbackOnly.Allows(context) && context.Request.Headers.Origin.Count == 0;

    private static Task AnswerAsync(HttpContext context, int status, string? text = null)
    {
        context.Response.StatusCode = status;
        return text is null ? Task.CompletedTask : context.Response.WriteAsync(text, context.RequestAborted);
    }
}
