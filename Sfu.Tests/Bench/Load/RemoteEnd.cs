using Sfu.Media.Dtls;
using Sfu.Media.Wire;

namespace Sfu.Bench.Load;

/// <summary>What a client learns of a server's transport by signalling.</summary>
/// <param name="Address">Of the candidate.</param>
/// <param name="IsTcp">Whether it is a passive TCP candidate.</param>
/// <param name="Ufrag">ICE user fragment.</param>
/// <param name="Password">ICE password.</param>
/// <param name="Fingerprints">Of the DTLS certificate.</param>
internal sealed record RemoteEnd(IpEndpoint Address, bool IsTcp, string Ufrag, string Password, IReadOnlyList<DtlsFingerprint> Fingerprints);
