namespace Sfu.Bench.Load;

/// <summary>Ids of the header extensions that a publisher writes; 0: it writes none.</summary>
internal readonly record struct ExtensionIds(byte Mid, byte Rid, byte TransportWideCc);
