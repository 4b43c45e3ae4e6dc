using System.Security.Cryptography;

namespace Sfu.Media.Srtp;

/// <summary>
/// Master keys and salts of one session, as DTLS hands them over. Sender and receiver derive their own keys from it when they are
/// made; after that the owner calls <see cref="Clear"/>. The bytes lie in pinned arrays, so that the collector leaves no copies.
/// </summary>
public sealed class SrtpKeys
{
    private readonly byte[] _localKey;
    private readonly byte[] _localSalt;
    private readonly byte[] _remoteKey;
    private readonly byte[] _remoteSalt;

    /// <summary>Copies the material.</summary>
    /// <exception cref="ArgumentException">A key or a salt has not the profile's length.</exception>
    public SrtpKeys(
        SrtpProfile profile,
        ReadOnlySpan<byte> localKey,
        ReadOnlySpan<byte> localSalt,
        ReadOnlySpan<byte> remoteKey,
        ReadOnlySpan<byte> remoteSalt)
    {
        Profile = profile;
        _localKey = Pin(localKey, profile.KeyLength(), nameof(localKey));
        _localSalt = Pin(localSalt, profile.SaltLength(), nameof(localSalt));
        _remoteKey = Pin(remoteKey, profile.KeyLength(), nameof(remoteKey));
        _remoteSalt = Pin(remoteSalt, profile.SaltLength(), nameof(remoteSalt));
    }

    public SrtpProfile Profile { get; }

    /// <summary>Protects what this side sends.</summary>
    public ReadOnlySpan<byte> LocalKey => _localKey;

    public ReadOnlySpan<byte> LocalSalt => _localSalt;

    /// <summary>Protects what the peer sends.</summary>
    public ReadOnlySpan<byte> RemoteKey => _remoteKey;

    public ReadOnlySpan<byte> RemoteSalt => _remoteSalt;

    /// <summary>
    /// Cuts exported keying material, label <c>EXTRACTOR-dtls_srtp</c>: client key, server key, client salt, server salt
    /// (RFC 5764 §4.2). The material stays the caller's to clear.
    /// </summary>
    /// <param name="profile">The negotiated profile.</param>
    /// <param name="material">Exactly <see cref="SrtpProfiles.ExporterLength"/> bytes.</param>
    /// <param name="localIsClient">Whether this side was the DTLS client.</param>
    /// <exception cref="ArgumentException">The material has another length.</exception>
    public static SrtpKeys FromExporter(SrtpProfile profile, ReadOnlySpan<byte> material, bool localIsClient)
    {
        if (material.Length != profile.ExporterLength())
        {
            throw new ArgumentException($"{profile} takes {profile.ExporterLength()} bytes of keying material, not {material.Length}.", nameof(material));
        }

        var keyLength = profile.KeyLength();
        var saltLength = profile.SaltLength();
        var clientKey = material[..keyLength];
        var serverKey = material.Slice(keyLength, keyLength);
        var clientSalt = material.Slice(2 * keyLength, saltLength);
        var serverSalt = material.Slice((2 * keyLength) + saltLength, saltLength);
        return localIsClient
            ? new SrtpKeys(profile, clientKey, clientSalt, serverKey, serverSalt)
            : new SrtpKeys(profile, serverKey, serverSalt, clientKey, clientSalt);
    }

    /// <summary>Zeroes the material. Sessions that were made from it go on.</summary>
    public void Clear()
    {
        CryptographicOperations.ZeroMemory(_localKey);
        CryptographicOperations.ZeroMemory(_localSalt);
        CryptographicOperations.ZeroMemory(_remoteKey);
        CryptographicOperations.ZeroMemory(_remoteSalt);
    }

    private static byte[] Pin(ReadOnlySpan<byte> bytes, int length, string name)
    {
        if (bytes.Length != length)
        {
            throw new ArgumentException($"Takes {length} bytes, not {bytes.Length}.", name);
        }

        var pinned = GC.AllocateUninitializedArray<byte>(length, pinned: true);
        bytes.CopyTo(pinned);
        return pinned;
    }
}
