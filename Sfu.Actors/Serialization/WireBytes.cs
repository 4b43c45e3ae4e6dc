using System.Collections.Immutable;

namespace Sfu.Actors.Serialization;

/// <summary>Octets.</summary>
internal sealed class WireBytes : WireValue<ImmutableArray<byte>>
{
    public override WireType WireType => WireType.Length;

    public override string SchemaType => "bytes";

    public override ImmutableArray<byte> Zero => [];

    public override bool IsZero(ImmutableArray<byte> value) => value.IsDefaultOrEmpty;

    public override void Write(WireWriter writer, ImmutableArray<byte> value) => writer.WriteBytes(value.IsDefault ? [] : value.AsSpan());

    public override ImmutableArray<byte> Read(ref WireReader reader) => [.. reader.ReadBytes()];
}
