namespace Sfu.Bench.Load;

/// <summary>Takes what a transport gets, instead of the transport's own streams. Load thread only.</summary>
internal interface IMediaListener
{
    /// <summary>An authentic RTP packet or RTCP compound has come.</summary>
    /// <param name="plain">Decrypted; valid until the call returns.</param>
    /// <param name="wireBytes">As it came.</param>
    void OnMedia(ReadOnlySpan<byte> plain, int wireBytes);
}
