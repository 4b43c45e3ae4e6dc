using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>
/// Whether runs are worth being tried: not for a while after as many refusals as there is no other reason for than the kernel or the
/// device. What a single client can bring about, by its address or by the path to it, never counts as that. Media thread only.
/// </summary>
internal sealed class SegmentRefusals
{
    /// <summary>Refusals with no run accepted between them before none is tried for a while.</summary>
    public const int Max = 8;

    /// <summary>For how many datagrams. A try costs a system call or a few, as much as some ten datagrams.</summary>
    public const int DatagramsUntilNextTry = 4096;

    // Who was refused with EINVAL. Each counts once.
    private readonly IpEndpoint[] _refused = new IpEndpoint[Max];

    private int _addresses;
    private int _count;
    private int _left;

    public bool IsUsable => _left == 0;

    public bool IsDoubted => _count > 0;

    /// <summary>A run has left.</summary>
    public void Accepted()
    {
        _count = 0;
        _addresses = 0;
    }

    /// <summary>A run was refused.</summary>
    /// <param name="error">Its number.</param>
    /// <param name="remote">Where it should have gone.</param>
    public void Refused(int error, in IpEndpoint remote)
    {
        if (IsOfMachine(error, remote) && ++_count >= Max)
        {
            _left = DatagramsUntilNextTry;
            Accepted();
        }
    }

    /// <summary>Datagrams have left, or not, one by one.</summary>
    public void Sent(int datagrams) => _left = Math.Max(0, _left - datagrams);

    // No checksum offload is EIO up to Linux 6.10, IPsec on the way is so still. EINVAL is a socket that makes no checksums, or an old kernel; but up to Linux 6.13
    // also a path that takes less than a segment, which a client can bring about for its own address. From then on that is EMSGSIZE.
    private bool IsOfMachine(int error, in IpEndpoint remote)
    {
        if (error is LibC.EIO or LibC.EOPNOTSUPP or LibC.ENOPROTOOPT)
        {
            return true;
        }

        var address = remote.WithPort(0);
        if (error != LibC.EINVAL || _refused.AsSpan(0, _addresses).Contains(address))
        {
            return false;
        }

        _refused[_addresses++] = address;
        return true;
    }
}
