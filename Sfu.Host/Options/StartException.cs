namespace Sfu.Host.Options;

/// <summary>The node cannot start, and the message says all there is to say: one line for the person who started it.</summary>
internal sealed class StartException(string message, Exception? inner = null) : Exception(message, inner);
