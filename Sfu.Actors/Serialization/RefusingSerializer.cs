using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using HoconConfig = Akka.Configuration.Config;

namespace Sfu.Actors.Serialization;

/// <summary>Stands where Akka's reflective default would: a message without a manifest of ours does not leave its node.</summary>
public sealed class RefusingSerializer : Serializer
{
    public RefusingSerializer(ExtendedActorSystem system)
        : base(system)
    {
    }

    public RefusingSerializer(ExtendedActorSystem system, HoconConfig config)
        : base(system)
    {
        _ = config;
    }

    public override int Identifier => 7302;

    public override bool IncludeManifest => false;

    public override byte[] ToBinary(object obj) =>
        throw new SerializationException($"{obj?.GetType().FullName} has no manifest and does not cross nodes.");

    public override object FromBinary(byte[] bytes, Type type) => throw new SerializationException("A message without a manifest is not read.");
}
