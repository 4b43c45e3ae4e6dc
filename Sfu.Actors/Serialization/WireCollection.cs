using System.Collections.Immutable;

namespace Sfu.Actors.Serialization;

/// <summary>A collection in a message of its own, so that none and an empty one are two things.</summary>
/// <typeparam name="TCollection">As the property has it.</typeparam>
/// <typeparam name="TItem">As it is written.</typeparam>
internal sealed class WireCollection<TCollection, TItem>(
    string schemaType, WireValue<TItem> item, Func<TCollection, IEnumerable<TItem>> items, Func<ImmutableArray<TItem>, TCollection> make)
    : WireValue<TCollection>, IWireRecord
    where TItem : notnull
{
    private const int ItemNumber = 1;

    public override WireType WireType => WireType.Length;

    public override string SchemaType => schemaType;

    public void Describe(WireSchema schema) =>
        schema.Message(schemaType, [], [new WireSchemaField($"repeated {item.SchemaType}", "Items", ItemNumber, Remark: null)]);

    public override void Write(WireWriter writer, TCollection value)
    {
        var begin = writer.Begin();
        WriteMessage(writer, value!);
        writer.End(begin);
    }

    public override TCollection Read(ref WireReader reader)
    {
        var outer = reader.Enter();
        var value = ReadMessage(ref reader);
        reader.Leave(outer);
        return (TCollection)value;
    }

    public void WriteMessage(WireWriter writer, object message)
    {
        foreach (var one in items((TCollection)message))
        {
            writer.WriteTag(ItemNumber, WireType.Length);
            item.Write(writer, one);
        }
    }

    public object ReadMessage(ref WireReader reader)
    {
        var builder = ImmutableArray.CreateBuilder<TItem>();
        while (!reader.AtEnd)
        {
            if (reader.ReadTag(out var type) == ItemNumber && type == WireType.Length)
            {
                builder.Add(item.Read(ref reader));
            }
            else
            {
                reader.Skip(type);
            }
        }

        return make(builder.DrainToImmutable())!;
    }
}
