using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Sfu.Actors.Serialization;

/// <summary>
/// Takes the contract down. A record's fields are written <c>"Name:1 Other:2"</c>: the property's name and its number in the schema, which
/// never changes and is never given to another; <c>-:3</c> keeps the number of a field that is no more. A property without a number, or a
/// number without a property, fails the start.
/// </summary>
internal sealed class WireTableBuilder
{
    private readonly List<WireTable.Entry> _messages = [];
    private readonly Dictionary<Type, WireValue> _values = WireScalars.All.ToDictionary(scalar => scalar.Type, scalar => scalar.Value);
    private readonly List<(IWireRecord Record, string? Manifest)> _records = [];
    private readonly List<Type> _enumerations = [];

    public WireTableBuilder() => _values[typeof(ImmutableArray<byte>)] = new WireBytes();

    /// <summary>A message that crosses nodes by itself, under a name: <c>noun/what/version</c>.</summary>
    public WireTableBuilder Message<T>(string manifest, string fields)
    {
        var record = AddRecord<T>(NameOf(manifest), fields, manifest);
        _messages.Add(new WireTable.Entry(manifest, typeof(T), record));
        return this;
    }

    /// <summary>What messages carry.</summary>
    public WireTableBuilder Record<T>(string fields)
    {
        AddRecord<T>(typeof(T).Name, fields, manifest: null);
        return this;
    }

    /// <summary>One of several records, declared before, each with its number.</summary>
    public WireTableBuilder Union<TBase>(params (int Number, Type Type)[] cases)
        where TBase : class
    {
        var union = new WireUnion<TBase>([.. cases.Select(one => (one.Number, one.Type, (IWireRecord)_values[one.Type]))]);
        _values.Add(typeof(TBase), union);
        _records.Add((union, null));
        return this;
    }

    public WireTableBuilder Enumeration<T>()
        where T : struct, Enum
    {
        _values.Add(typeof(T), new WireEnum<T>());
        _enumerations.Add(typeof(T));
        return this;
    }

    /// <summary>A structure that is a text and nothing else.</summary>
    public WireTableBuilder Text<T>(Func<string, T> read, Func<T, string?> write, T absent)
        where T : struct
    {
        _values.Add(typeof(T), new WireTextual<T>(read, write, absent));
        return this;
    }

    /// <summary>A collection that may be null, or is no list: see <see cref="WireCollection{TCollection,TItem}"/>.</summary>
    public WireTableBuilder Collection<TCollection, TItem>(
        string name, Func<TCollection, IEnumerable<TItem>> items, Func<ImmutableArray<TItem>, TCollection> make)
        where TItem : notnull
    {
        var collection = new WireCollection<TCollection, TItem>(name, (WireValue<TItem>)_values[typeof(TItem)], items, make);
        _values.Add(typeof(TCollection).IsValueType ? typeof(Nullable<>).MakeGenericType(typeof(TCollection)) : typeof(TCollection), collection);
        _records.Add((collection, null));
        return this;
    }

    public WireTable Build() => new(_messages, Schema);

    private static string NameOf(string manifest)
    {
        var parts = manifest.Split('/');
        if (parts.Length != 3 || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            throw new InvalidOperationException($"{manifest} is not noun/what/version.");
        }

        var name = new StringBuilder();
        foreach (var word in $"{parts[0]}-{parts[1]}".Split('-'))
        {
            name.Append(char.ToUpperInvariant(word[0])).Append(word, 1, word.Length - 1);
        }

        return version == 1 ? name.ToString() : name.Append('V').Append(version).ToString();
    }

    private WireRecord<T> AddRecord<T>(string name, string fields, string? manifest)
    {
        var specification = WireFieldList.Parse(typeof(T), fields);
        var record = new WireRecord<T>(name, () => new WireFieldFactory<T>(_values).Make(specification));
        _values.Add(typeof(T), record);
        _records.Add((record, manifest));
        return record;
    }

    private string Schema()
    {
        var schema = new WireSchema();
        schema.Line("// Messages between nodes. Written from the tables in Serialization/Contract, compared by a test: numbers and types stay as they are.");
        schema.Line();
        schema.Line("syntax = \"proto3\";");
        schema.Line();
        schema.Line("package sfu;");
        schema.Line();
        foreach (var (record, manifest) in _records)
        {
            if (manifest is not null)
            {
                schema.Line($"// {manifest}");
            }

            record.Describe(schema);
        }

        foreach (var enumeration in _enumerations)
        {
            schema.Enumeration(enumeration);
        }

        return schema.ToString().TrimEnd('\n') + "\n";
    }
}
