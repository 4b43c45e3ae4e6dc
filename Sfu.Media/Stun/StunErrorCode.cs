namespace Sfu.Media.Stun;

/// <summary>The codes of ERROR-CODE that this server answers with, RFC 8489 §14.8 and RFC 8445 §16.2. Other values on the wire keep their number.</summary>
public enum StunErrorCode : ushort
{
    /// <summary>The message has no ERROR-CODE.</summary>
    None = 0,
    BadRequest = 400,
    Unauthenticated = 401,
    UnknownAttribute = 420,
    RoleConflict = 487,

    /// <summary>A temporary error; the client should try again.</summary>
    ServerError = 500,
}
