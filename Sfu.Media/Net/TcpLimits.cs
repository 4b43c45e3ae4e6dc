namespace Sfu.Media.Net;

/// <summary>What TCP connections may cost, as <see cref="Control.MediaPlaneOptions"/> says.</summary>
internal sealed record TcpLimits(long UnauthenticatedTimeoutMs, int MaxConnectionsPerRemoteIp, int SendQueueBytes);
