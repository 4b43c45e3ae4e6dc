using Sfu.Actors.Protocol;

namespace Sfu.Host.Signaling;

/// <summary>The failure answer to a client's request. Codes are those of HTTP where one fits.</summary>
internal sealed record RequestFailure(int Code, string Reason)
{
    /// <summary>Who was asked is gone.</summary>
    public const int Closed = 410;

    /// <summary>What is asked does not fit to what has been done.</summary>
    public const int Conflict = 409;

    public static RequestFailure BadRequest(string reason) => new(400, reason);

    public static RequestFailure NotFound(string reason) => new(404, reason);

    public static RequestFailure InvalidState(string reason) => new(Conflict, reason);

    public static RequestFailure TooMany(string reason) => new(429, reason);

    public static RequestFailure Refused(string reason) => new(501, reason);

    /// <summary>The request or its answer was on a connection that broke. Nothing of it is left; the client may repeat it.</summary>
    public static RequestFailure Lost { get; } = new(503, "the connection to the room broke; ask again");

    public static RequestFailure TimedOut() => new(504, "the room did not answer in time");

    public static RequestFailure From(SfuError error)
    {
        var code = error.Code switch
        {
            SfuErrorCode.NotFound => 404,
            SfuErrorCode.Closed => Closed,
            SfuErrorCode.InvalidState => Conflict,
            SfuErrorCode.InvalidParameters => 400,
            SfuErrorCode.AlreadyExists => Conflict,
            SfuErrorCode.CannotConsume => 406,
            SfuErrorCode.Unsupported => 501,
            SfuErrorCode.Unavailable => 503,
            _ => 500,
        };
        return new RequestFailure(code, error.Reason);
    }
}
