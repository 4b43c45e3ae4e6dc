using Akka.Actor;
using AkkaSerialization = Akka.Serialization.Serialization;

namespace Sfu.Actors.Serialization;

/// <summary>The scalar types of the contract.</summary>
internal static class WireScalars
{
    /// <summary>An actor by its serialization path, which carries the address of its node.</summary>
    public static WireValue<IActorRef> Actor { get; } = new WireScalar<IActorRef>(
        "string",
        WireType.Length,
        static (writer, value) => writer.WriteString(AkkaSerialization.SerializedActorPath(value)),
        static (ref reader) => reader.Actors.ResolveActorRef(reader.ReadString()));

    public static IReadOnlyList<(Type Type, WireValue Value)> All { get; } =
    [
        (typeof(string), new WireText()),
        (typeof(IActorRef), Actor),
        (typeof(bool), Varint("bool", static value => value ? 1UL : 0UL, static varint => varint != 0)),
        (typeof(int), Varint("int32", static value => (ulong)value, static varint => (int)varint)),
        (typeof(long), Varint("int64", static value => (ulong)value, static varint => (long)varint)),
        (typeof(uint), Varint("uint32", static value => value, static varint => (uint)varint)),
        (typeof(ulong), Varint("uint64", static value => value, static varint => varint)),
        (typeof(byte), Varint("uint32", static value => value, ToByte)),
        (typeof(ushort), Varint("uint32", static value => value, static varint => varint <= ushort.MaxValue
            ? (ushort)varint
            : throw new WireFormatException($"{varint} is more than 16 bits."))),
        (typeof(TimeSpan), Varint("int64", static value => (ulong)value.Ticks, static varint => new TimeSpan((long)varint))), // Of 100 ns.
        (typeof(double), new WireScalar<double>("double", WireType.Fixed64, static (writer, value) => writer.WriteDouble(value), static (ref reader) => reader.ReadDouble())),
        (typeof(float), new WireScalar<float>("float", WireType.Fixed32, static (writer, value) => writer.WriteFloat(value), static (ref reader) => reader.ReadFloat())),
    ];

    public static byte ToByte(ulong varint) =>
        varint <= byte.MaxValue ? (byte)varint : throw new WireFormatException($"{varint} is more than 8 bits.");

    private static WireScalar<T> Varint<T>(string schemaType, Func<T, ulong> write, Func<ulong, T> read) => new(
        schemaType, WireType.Varint, (writer, value) => writer.WriteVarint(write(value)), (ref reader) => read(reader.ReadVarint()));
}
