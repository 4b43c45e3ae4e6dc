namespace Sfu.Media.Net;

/// <summary>Binds threads to processors.</summary>
internal static unsafe class ThreadAffinity
{
    /// <summary>Room for 8,192 processors.</summary>
    private const int MaskBytes = 1024;

    /// <summary>
    /// Binds the calling thread to the processor at this place, counted round, among those that the process may use. False: the system
    /// refused.
    /// </summary>
    public static bool TryPin(int place)
    {
        var allowed = stackalloc byte[MaskBytes];
        new Span<byte>(allowed, MaskBytes).Clear();
        if (LibC.GetAffinity(0, MaskBytes, allowed) < 0)
        {
            return false;
        }

        var processors = new List<int>();
        for (var i = 0; i < MaskBytes * 8; i++)
        {
            if ((allowed[i / 8] & (1 << (i % 8))) != 0)
            {
                processors.Add(i);
            }
        }

        var chosen = processors[place % processors.Count];
        var mask = stackalloc byte[MaskBytes];
        new Span<byte>(mask, MaskBytes).Clear();
        mask[chosen / 8] = (byte)(1 << (chosen % 8));
        return LibC.SetAffinity(0, MaskBytes, mask) == 0;
    }
}
