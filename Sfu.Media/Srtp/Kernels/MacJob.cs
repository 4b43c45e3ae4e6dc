namespace Sfu.Media.Srtp.Kernels;

/// <summary>
/// One HMAC-SHA1 to be computed, independent of the key object it came from: the key's two hash states, the message's whole blocks
/// where they lie, and its end, padded (FIPS 180-4 §5.1.1). Pointers: the message must neither move nor change until it is done.
/// </summary>
internal unsafe struct MacJob
{
    public const int BlockLength = 64;
    public const int StateWords = 5;

    /// <summary>The rest of a message and its padding fill one block or two.</summary>
    public const int MaxTailLength = 2 * BlockLength;

    /// <summary>Hash state after the inner key block.</summary>
    public fixed uint Inner[StateWords];

    /// <summary>Hash state after the outer key block.</summary>
    public fixed uint Outer[StateWords];

    /// <summary>The whole blocks.</summary>
    public byte* Message;

    /// <summary>Where the tag goes.</summary>
    public byte* Tag;

    /// <summary>Bytes of the tag.</summary>
    public int TagLength;

    /// <summary>Number of whole blocks.</summary>
    public int WholeBlocks;

    /// <summary>Number of all blocks, one or two more.</summary>
    public int Blocks;

    /// <summary>The last one or two blocks.</summary>
    public fixed byte Tail[MaxTailLength];
}
