using Sfu.Media.Stun;

namespace Sfu.Media.Ice;

/// <summary>
/// A connectivity check as a controlling agent sends it, RFC 8445 §7.2.2: for load clients and tests. The server itself sends none.
/// </summary>
public sealed record IceCheckRequest
{
    /// <summary>Of the agent that is asked: its ufrag leads the USERNAME, its password keys MESSAGE-INTEGRITY.</summary>
    public required IceCredentials Remote { get; init; }

    /// <summary>The sender's own ufrag.</summary>
    public required string LocalUfrag { get; init; }

    /// <summary>The priority of the peer-reflexive candidate that the check may show.</summary>
    public uint Priority { get; init; } = 0x6E_7F_1E_FF;

    public bool UseCandidate { get; init; }

    public ulong TieBreaker { get; init; } = 1;

    /// <summary>The renomination counter (draft-thatcher-ice-renomination); null leaves the attribute out.</summary>
    public uint? Nomination { get; init; }

    /// <summary>The bytes written; 0 when they do not fit. 256 are enough.</summary>
    /// <param name="destination">Where the request goes.</param>
    /// <param name="transactionId">12 random bytes.</param>
    public int Write(Span<byte> destination, ReadOnlySpan<byte> transactionId)
    {
        var writer = new StunWriter(destination, StunClass.Request, StunMethod.Binding, transactionId);
        WriteUsername(ref writer);
        writer.WriteUInt32(StunAttribute.Priority, Priority);
        writer.WriteUInt64(StunAttribute.IceControlling, TieBreaker);
        if (UseCandidate)
        {
            writer.Write(StunAttribute.UseCandidate, default);
        }

        if (Nomination is { } nomination)
        {
            writer.WriteUInt32(StunAttribute.Nomination, nomination);
        }

        writer.WriteMessageIntegrity(Remote.PasswordBytes);
        writer.WriteFingerprint();
        return writer.Finish();
    }

    private void WriteUsername(ref StunWriter writer)
    {
        Span<byte> username = stackalloc byte[IceCredentials.MaxUfragLength + 1 + LocalUfrag.Length];
        var remote = Remote.UfragBytes;
        remote.CopyTo(username);
        username[remote.Length] = (byte)':';
        var length = remote.Length + 1 + System.Text.Encoding.ASCII.GetBytes(LocalUfrag, username[(remote.Length + 1)..]);
        writer.Write(StunAttribute.Username, username[..length]);
    }
}
