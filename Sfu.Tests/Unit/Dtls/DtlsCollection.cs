namespace Sfu.Tests.Unit.Dtls;

/// <summary>Tests that make sessions run one after another, because they count the live ones of the process.</summary>
[CollectionDefinition(nameof(DtlsCollection), DisableParallelization = true)]
public sealed class DtlsCollection;
