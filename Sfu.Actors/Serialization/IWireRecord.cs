namespace Sfu.Actors.Serialization;

/// <summary>A value that is a message of the schema: a record, a union or a collection in a wrapping of its own.</summary>
internal interface IWireRecord
{
    /// <summary>Its name in the schema.</summary>
    string SchemaType { get; }

    /// <summary>Writes the schema's <c>message</c>, without what stands around it.</summary>
    void Describe(WireSchema schema);

    /// <summary>Writes it as a whole message, without a length before it.</summary>
    void WriteMessage(WireWriter writer, object message);

    /// <summary>Reads it to the end of what there is.</summary>
    object ReadMessage(ref WireReader reader);
}
