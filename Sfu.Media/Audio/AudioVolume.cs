namespace Sfu.Media.Audio;

/// <summary>How loud a speaker was over an interval.</summary>
/// <param name="Speaker">Who.</param>
/// <param name="Dbov">Mean level, −127 (silence) … 0 (loudest).</param>
public readonly record struct AudioVolume<TSpeaker>(TSpeaker Speaker, int Dbov);
