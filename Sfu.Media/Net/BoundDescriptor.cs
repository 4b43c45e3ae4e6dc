using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>Makes non-blocking sockets bound to an address.</summary>
internal static unsafe class BoundDescriptor
{
    /// <summary>
    /// Binds several to one address, for the kernel to spread what comes over them (<c>SO_REUSEPORT</c>). The first one binds without that
    /// option, so that an address which somebody else has is refused and not shared.
    /// </summary>
    /// <param name="type"><see cref="LibC.SOCK_DGRAM"/> or <see cref="LibC.SOCK_STREAM"/>.</param>
    /// <param name="local">Port 0: any free one.</param>
    /// <param name="count">How many.</param>
    /// <param name="bound">The address with the real port.</param>
    /// <exception cref="SystemCallException">The address is in use, not on this machine, or not permitted.</exception>
    public static int[] Open(int type, IpEndpoint local, int count, out IpEndpoint bound)
    {
        var descriptors = new List<int>(count);
        try
        {
            descriptors.Add(Open(type, local, shares: false, out bound));
            if (count > 1)
            {
                SetOption(descriptors[0], LibC.SOL_SOCKET, LibC.SO_REUSEPORT, 1);
            }

            while (descriptors.Count < count)
            {
                descriptors.Add(Open(type, bound, shares: true, out _));
            }

            return [.. descriptors];
        }
        catch
        {
            descriptors.ForEach(static fd => _ = LibC.Close(fd));
            throw;
        }
    }

    public static void SetOption(int fd, int level, int name, int value) => _ = LibC.SetSockOpt(fd, level, name, &value, sizeof(int));

    private static int Open(int type, IpEndpoint local, bool shares, out IpEndpoint bound)
    {
        var fd = LibC.Socket(local.IsIPv4 ? LibC.AF_INET : LibC.AF_INET6, type | LibC.SOCK_NONBLOCK | LibC.SOCK_CLOEXEC, 0);
        if (fd < 0)
        {
            throw SystemCallException.Last($"socket");
        }

        try
        {
            if (!local.IsIPv4)
            {
                SetOption(fd, LibC.IPPROTO_IPV6, LibC.IPV6_V6ONLY, 1);
            }

            if (type == LibC.SOCK_STREAM)
            {
                // Connections of a former process that linger in TIME_WAIT do not keep the port.
                SetOption(fd, LibC.SOL_SOCKET, LibC.SO_REUSEADDR, 1);
            }

            if (shares)
            {
                SetOption(fd, LibC.SOL_SOCKET, LibC.SO_REUSEPORT, 1);
            }

            var address = stackalloc byte[SocketAddress.MaxLength];
            var length = (uint)SocketAddress.Write(local, new Span<byte>(address, SocketAddress.MaxLength));
            if (LibC.Bind(fd, address, length) < 0)
            {
                throw SystemCallException.Last($"bind {(type == LibC.SOCK_STREAM ? "tcp" : "udp")} {local}");
            }

            length = SocketAddress.MaxLength;
            if (LibC.GetSockName(fd, address, &length) < 0 || !SocketAddress.TryRead(new ReadOnlySpan<byte>(address, (int)length), out bound))
            {
                throw SystemCallException.Last($"getsockname");
            }

            return fd;
        }
        catch
        {
            _ = LibC.Close(fd);
            throw;
        }
    }
}
