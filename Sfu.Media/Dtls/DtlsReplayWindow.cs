namespace Sfu.Media.Dtls;

/// <summary>Which of the latest 64 records of an epoch were accepted, RFC 6347 §4.1.2.6. Only authentic ones are marked.</summary>
internal struct DtlsReplayWindow
{
    private const int Size = 64;

    private ulong _highest;

    // Bit 0 is the highest number's; all are zero before the first.
    private ulong _seen;

    public readonly bool IsFresh(ulong sequence)
    {
        if (_seen == 0 || sequence > _highest)
        {
            return true;
        }

        var age = _highest - sequence;
        return age < Size && (_seen >> (int)age & 1) == 0;
    }

    public void Mark(ulong sequence)
    {
        if (_seen == 0 || sequence > _highest)
        {
            var step = sequence - _highest;
            _seen = _seen == 0 || step >= Size ? 1 : (_seen << (int)step) | 1;
            _highest = sequence;
        }
        else
        {
            _seen |= 1UL << (int)(_highest - sequence);
        }
    }
}
