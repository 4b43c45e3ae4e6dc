using System.Runtime.CompilerServices;

namespace Sfu.Actors.Serialization;

/// <summary>An enumeration by its number. Open, as proto3's are: a member of tomorrow keeps its number.</summary>
internal sealed class WireEnum<T> : WireValue<T>
    where T : struct, Enum
{
    public override WireType WireType => WireType.Varint;

    public override string SchemaType => typeof(T).Name;

    public override void Write(WireWriter writer, T value) => writer.WriteVarint(Unsafe.SizeOf<T>() == 1
        ? Unsafe.BitCast<T, byte>(value)
        : (ulong)Unsafe.BitCast<T, int>(value));

    public override T Read(ref WireReader reader) => Unsafe.SizeOf<T>() == 1
        ? Unsafe.BitCast<byte, T>(WireScalars.ToByte(reader.ReadVarint()))
        : Unsafe.BitCast<int, T>((int)reader.ReadVarint());
}
