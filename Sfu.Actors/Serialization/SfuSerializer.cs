using System.Collections.Concurrent;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Event;
using Akka.Serialization;
using HoconConfig = Akka.Configuration.Config;

namespace Sfu.Actors.Serialization;

/// <summary>
/// Writes <see cref="Protocol.IWireMessage"/>s as Protocol Buffers under the names and numbers of <see cref="WireTable"/>
/// (<c>Serialization/sfu.proto</c>). No reflection chooses a type: an unknown name is refused.
/// </summary>
public sealed class SfuSerializer : SerializerWithStringManifest
{
    /// <summary>Reads the whole contract now, instead of each message's part when one is first written or read.</summary>
    public static void Prepare() => _ = WireTable.Sfu.Schema;

    /// <summary>How many unknown names are told of. Each is told once; who sends more than that has been told of.</summary>
    private const int MaxToldOf = 64;

    private readonly ConcurrentDictionary<string, bool> _toldOf = new(StringComparer.Ordinal);

    public SfuSerializer(ExtendedActorSystem system)
        : base(system)
    {
    }

    public SfuSerializer(ExtendedActorSystem system, HoconConfig config)
        : this(system)
    {
        _ = config;
    }

    public override int Identifier => 7301;

    public override string Manifest(object o) => Find(o).Manifest;

    public override byte[] ToBinary(object obj)
    {
        var record = Find(obj).Record;
        using var writer = new WireWriter();
        record.WriteMessage(writer, obj);
        return writer.ToArray();
    }

    /// <exception cref="SerializationException">Of whatever does not read as that message; nothing else is thrown.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (WireTable.Sfu.Find(manifest) is not { } entry)
        {
            var why = WireTable.Sfu.WhyUnknown(manifest);
            if (_toldOf.Count < MaxToldOf && _toldOf.TryAdd(manifest, true))
            {
                Logging.GetLogger(system, typeof(SfuSerializer)).Warning("A message is refused, and told of once: {Reason}", why);
            }

            throw new SerializationException(why);
        }

        try
        {
            var reader = new WireReader(bytes, system.Provider);
            return entry.Record.ReadMessage(ref reader);
        }
        catch (WireFormatException exception)
        {
            throw new SerializationException($"A {manifest} is not readable: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // A record's own constructor, or a path that is none.
            throw new SerializationException($"A {manifest} is not readable.", exception);
        }
    }

    private static WireTable.Entry Find(object message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return WireTable.Sfu.Find(message.GetType())
            ?? throw new SerializationException($"{message.GetType().FullName} has no manifest and does not cross nodes.");
    }
}
