using Sfu.Media.Buffers;

namespace Sfu.Media.Forwarding;

/// <summary>
/// The packet at hand, copied into the pool the first time that a consumer wants to keep it, and shared by all that do.
/// Lives on the stack of one fan-out.
/// </summary>
internal ref struct SharedPacket(PacketPool pool, ReadOnlySpan<byte> packet)
{
    private readonly PacketPool _pool = pool;
    private readonly ReadOnlySpan<byte> _packet = packet;
    private int _index = -1;

    /// <summary>The packet's place in the pool, with a reference for the caller; −1 when it cannot be kept.</summary>
    public int Keep()
    {
        if (_index < 0)
        {
            _index = _pool.Rent(_packet);
            if (_index < 0)
            {
                return -1;
            }
        }

        _pool.AddReference(_index);
        return _index;
    }

    /// <summary>Gives up this fan-out's own reference.</summary>
    public void Release()
    {
        if (_index >= 0)
        {
            _pool.Release(_index);
            _index = -1;
        }
    }
}
