namespace Sfu.Actors.Serialization;

/// <summary>
/// A record by its numbered fields. Read by its constructor, so that it is as whole as any other; fields of tomorrow are passed over, those
/// of yesterday get the constructor's default.
/// </summary>
internal sealed class WireRecord<T>(string schemaType, Func<WireFieldSet<T>> fields) : WireValue<T>, IWireRecord
{
    // Made when first used: records refer to each other, and most nodes use few of them.
    private readonly Lazy<WireFieldSet<T>> _fields = new(fields);

    public override WireType WireType => WireType.Length;

    public override string SchemaType => schemaType;

    public void Describe(WireSchema schema)
    {
        var set = _fields.Value;
        schema.Message(
            schemaType,
            set.Reserved,
            set.Fields.Select(field => new WireSchemaField(field.SchemaType, field.Property.Name, field.Number, field.SchemaRemark)));
    }

    public override void Write(WireWriter writer, T value)
    {
        var begin = writer.Begin();
        WriteFields(writer, ref value);
        writer.End(begin);
    }

    public void WriteMessage(WireWriter writer, object message)
    {
        var value = (T)message;
        WriteFields(writer, ref value);
    }

    public override T Read(ref WireReader reader)
    {
        var outer = reader.Enter();
        var value = ReadFields(ref reader);
        reader.Leave(outer);
        return value;
    }

    public object ReadMessage(ref WireReader reader) => ReadFields(ref reader)!;

    private void WriteFields(WireWriter writer, ref T value)
    {
        foreach (var field in _fields.Value.Fields)
        {
            field.Write(writer, ref value);
        }
    }

    private T ReadFields(ref WireReader reader)
    {
        var set = _fields.Value;
        var slots = new object?[set.Fields.Length];
        while (!reader.AtEnd)
        {
            var number = reader.ReadTag(out var type);
            var index = set.IndexOf(number);
            if (index < 0)
            {
                reader.Skip(type);
            }
            else
            {
                set.Fields[index].Read(ref reader, type, ref slots[index]);
            }
        }

        for (var i = 0; i < slots.Length; i++)
        {
            slots[i] = set.Fields[i].Complete(slots[i]);
        }

        return set.Make(slots);
    }
}
