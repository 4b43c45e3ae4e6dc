using Sfu.Actors.Hosting;
using Sfu.Media.Control;
using Sfu.Media.Srtp;

namespace Sfu.Actors.Pipes;

/// <summary>How an end of a pipe between two nodes is opened in its media plane.</summary>
internal static class PipeSettings
{
    /// <summary>Protected by AEAD_AES_256_GCM (RFC 7714); the key is made where it is used, and told to the other end alone.</summary>
    public static PlainTransportSettings Of(SfuPipeOptions options) => new(options.ListenInfo) { Srtp = SrtpProfile.AeadAes256Gcm, IsPipe = true };
}
