namespace Sfu.Actors.Serialization;

/// <summary>How a field's content is delimited (Protocol Buffers encoding, "Message structure"). Groups are not read.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Length = 2,
    Fixed32 = 5,
}
