using System.Collections.Immutable;

namespace Sfu.Actors.Serialization;

/// <summary>One of several records with a base in common: a message with one of its fields set.</summary>
internal sealed class WireUnion<TBase>(ImmutableArray<(int Number, Type Type, IWireRecord Record)> cases) : WireValue<TBase>, IWireRecord
    where TBase : class
{
    public override WireType WireType => WireType.Length;

    public override string SchemaType => typeof(TBase).Name;

    public void Describe(WireSchema schema) => schema.Union(
        SchemaType, cases.Select(one => new WireSchemaField(one.Record.SchemaType, one.Type.Name, one.Number, Remark: null)));

    public override void Write(WireWriter writer, TBase value)
    {
        var begin = writer.Begin();
        WriteMessage(writer, value);
        writer.End(begin);
    }

    public override TBase Read(ref WireReader reader)
    {
        var outer = reader.Enter();
        var value = ReadMessage(ref reader);
        reader.Leave(outer);
        return (TBase)value;
    }

    public void WriteMessage(WireWriter writer, object message)
    {
        foreach (var (number, type, record) in cases)
        {
            if (type == message.GetType())
            {
                writer.WriteTag(number, WireType.Length);
                var begin = writer.Begin();
                record.WriteMessage(writer, message);
                writer.End(begin);
                return;
            }
        }

        throw new WireFormatException($"{message.GetType().FullName} is no {SchemaType} of the contract.");
    }

    public object ReadMessage(ref WireReader reader)
    {
        object? value = null;
        while (!reader.AtEnd)
        {
            var number = reader.ReadTag(out var type);
            if (type == WireType.Length && Find(number) is { } record)
            {
                var outer = reader.Enter();
                value = record.ReadMessage(ref reader);
                reader.Leave(outer);
            }
            else
            {
                reader.Skip(type);
            }
        }

        return value ?? throw new WireFormatException($"A {SchemaType} is of no kind that this node knows.");
    }

    private IWireRecord? Find(int number)
    {
        foreach (var one in cases)
        {
            if (one.Number == number)
            {
                return one.Record;
            }
        }

        return null;
    }
}
