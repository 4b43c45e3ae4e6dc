namespace Sfu.Media.Remote;

/// <summary>Why a media process has not started.</summary>
internal enum StartFailure
{
    /// <summary>The certificate or its key.</summary>
    Options,

    /// <summary>OpenSSL is not there.</summary>
    Library,

    /// <summary>Anything else.</summary>
    Other,
}
