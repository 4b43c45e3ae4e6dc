using Sfu.Actors.Protocol;

namespace Sfu.Actors.Client;

/// <summary>A request was answered with <see cref="Rejected"/>.</summary>
public sealed class SfuRequestException : Exception
{
    public SfuRequestException()
        : this(new SfuError(SfuErrorCode.Fault, string.Empty))
    {
    }

    public SfuRequestException(string message)
        : this(new SfuError(SfuErrorCode.Fault, message))
    {
    }

    public SfuRequestException(string message, Exception innerException)
        : base(message, innerException) => Error = new SfuError(SfuErrorCode.Fault, message);

    public SfuRequestException(SfuError error)
        : base($"{error?.Code}: {error?.Reason}") => Error = error ?? throw new ArgumentNullException(nameof(error));

    /// <summary>The code is for programs.</summary>
    public SfuError Error { get; }
}
