using System.Runtime.Serialization;

namespace Sfu.Actors.Serialization;

/// <summary>Bytes that are no message of the contract.</summary>
internal sealed class WireFormatException : SerializationException
{
    public WireFormatException()
    {
    }

    public WireFormatException(string message)
        : base(message)
    {
    }

    public WireFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
