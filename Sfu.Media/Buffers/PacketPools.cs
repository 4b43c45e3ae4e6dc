namespace Sfu.Media.Buffers;

/// <summary>The packet pools of all media threads and the store that they share. It goes with the last of them.</summary>
internal sealed class PacketPools(int count)
{
    private readonly PacketPool[] _pools = new PacketPool[count];
    private int _registered;

    public PacketStore Store { get; } = new();

    public PacketPool this[int owner] => Volatile.Read(ref _pools[owner]);

    public void Register(PacketPool pool, int owner)
    {
        Volatile.Write(ref _pools[owner], pool);
        Interlocked.Increment(ref _registered);
    }

    public void Unregister()
    {
        if (Interlocked.Decrement(ref _registered) == 0)
        {
            Store.Dispose();
        }
    }
}
