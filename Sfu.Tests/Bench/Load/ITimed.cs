namespace Sfu.Bench.Load;

/// <summary>Something that looks at the clock every millisecond or so. Load thread only.</summary>
internal interface ITimed
{
    void OnTime();
}
