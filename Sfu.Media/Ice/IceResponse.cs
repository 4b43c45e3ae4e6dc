using Sfu.Media.Stun;
using Sfu.Media.Wire;

namespace Sfu.Media.Ice;

/// <summary>Writes the answers to connectivity checks. Each returns the bytes written, 0 when they do not fit.</summary>
internal static class IceResponse
{
    /// <summary>RFC 8445 §7.3.1.2 and RFC 8489 §6.3.1.1.</summary>
    public static int WriteSuccess(Span<byte> destination, in StunMessage request, in IpEndpoint mapped, ReadOnlySpan<byte> key)
    {
        var writer = new StunWriter(destination, StunClass.SuccessResponse, request.Method, request.TransactionId);
        writer.WriteXorMappedAddress(mapped);
        writer.WriteMessageIntegrity(key);
        writer.WriteFingerprint();
        return writer.Finish();
    }

    /// <param name="destination">Where the response goes.</param>
    /// <param name="request">What it answers.</param>
    /// <param name="code">420 names the attributes it is about.</param>
    /// <param name="key">Empty as long as the sender has not proven to hold the password: RFC 8489 §9.1.3.</param>
    public static int WriteError(Span<byte> destination, in StunMessage request, StunErrorCode code, ReadOnlySpan<byte> key = default)
    {
        var writer = new StunWriter(destination, StunClass.ErrorResponse, request.Method, request.TransactionId);
        writer.WriteErrorCode(code);
        if (code == StunErrorCode.UnknownAttribute)
        {
            writer.WriteUnknownAttributes(request.UnknownRequired);
        }

        if (!key.IsEmpty)
        {
            writer.WriteMessageIntegrity(key);
        }

        writer.WriteFingerprint();
        return writer.Finish();
    }
}
