namespace Sfu.Media.Net;

/// <summary>How media threads work.</summary>
/// <param name="Tcp">What TCP connections may cost.</param>
/// <param name="Callers">Counts connections per remote address, for all threads.</param>
/// <param name="PinThreads">Each thread keeps to a processor of its own.</param>
/// <param name="BusyPollUs">How long a thread looks for more work before it sleeps, in microseconds; 0: not at all.</param>
/// <param name="Nice">−20 (first) … 19 (last): who gets a processor where several want it.</param>
internal sealed record MediaThreadOptions(TcpLimits Tcp, TcpCallers Callers, bool PinThreads, long BusyPollUs, int Nice);
