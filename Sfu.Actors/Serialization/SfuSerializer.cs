using System.Runtime.Serialization;
using System.Text.Json;
using Akka.Actor;
using Akka.Serialization;
using HoconConfig = Akka.Configuration.Config;

namespace Sfu.Actors.Serialization;

/// <summary>
/// Writes <see cref="Protocol.IWireMessage"/>s as JSON by generated code under the names of <see cref="WireManifests"/>. No reflection
/// chooses a type: an unknown name is refused.
/// </summary>
public sealed class SfuSerializer : SerializerWithStringManifest
{
    private readonly WireJsonContext _context;

    public SfuSerializer(ExtendedActorSystem system)
        : base(system) => _context = WireJson.CreateContext(system);

    public SfuSerializer(ExtendedActorSystem system, HoconConfig config)
        : this(system)
    {
        _ = config;
    }

    public override int Identifier => 7301;

    public override string Manifest(object o) => WireManifests.Manifests.TryGetValue(o.GetType(), out var manifest)
        ? manifest
        : throw new SerializationException($"{o.GetType().FullName} has no manifest and does not cross nodes.");

    public override byte[] ToBinary(object obj)
    {
        ArgumentNullException.ThrowIfNull(obj);
        Manifest(obj);
        return JsonSerializer.SerializeToUtf8Bytes(obj, _context.GetTypeInfo(obj.GetType())!);
    }

    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (!WireManifests.Types.TryGetValue(manifest, out var type))
        {
            throw new SerializationException($"No message is named {manifest}.");
        }

        try
        {
            return JsonSerializer.Deserialize(bytes, _context.GetTypeInfo(type)!)
                ?? throw new SerializationException($"A {manifest} is null.");
        }
        catch (JsonException exception)
        {
            throw new SerializationException($"A {manifest} is not readable.", exception);
        }
    }
}
