namespace Sfu.Actors.Hosting;

/// <summary>An option that makes no sense. The message is one line for an operator and names the key.</summary>
public sealed class SfuConfigurationException : Exception
{
    public SfuConfigurationException()
    {
    }

    public SfuConfigurationException(string message)
        : base(message)
    {
    }

    public SfuConfigurationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public SfuConfigurationException(string key, string problem)
        : base($"{key}: {problem}") => Key = key;

    /// <summary>The key, from the root: <c>sfu.web-rtc-transport.max-tuples</c>.</summary>
    public string? Key { get; }
}
