namespace Sfu.Media.Srtp.Kernels;

/// <summary>What SHA-1 on several messages at a time asks of a vector of 32-bit words, one word for each message.</summary>
/// <typeparam name="TVector">The vector.</typeparam>
internal unsafe interface ISha1Vector<TVector>
    where TVector : unmanaged
{
    /// <summary>Messages at a time.</summary>
    static abstract int Lanes { get; }

    static abstract TVector Broadcast(uint value);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Xor(TVector a, TVector b, TVector c);

    static abstract TVector Choose(TVector b, TVector c, TVector d);

    static abstract TVector Majority(TVector b, TVector c, TVector d);

    static abstract TVector RotateLeft1(TVector value);

    static abstract TVector RotateLeft5(TVector value);

    static abstract TVector RotateLeft30(TVector value);

    /// <summary><paramref name="updated"/> in lanes where <paramref name="count"/> is above <paramref name="step"/>, else <paramref name="kept"/>.</summary>
    static abstract TVector Update(TVector count, TVector step, TVector updated, TVector kept);

    /// <summary>Loads a block of each message and turns them: word i of every message becomes vector i, bytes in the processor's order.</summary>
    /// <param name="blocks">A pointer for each lane.</param>
    /// <param name="words">Takes 16 vectors; as many behind them are scratch.</param>
    static abstract void LoadBlocks(byte** blocks, TVector* words);
}
