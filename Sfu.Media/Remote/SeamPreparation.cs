using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Sfu.Media.Control;

namespace Sfu.Media.Remote;

/// <summary>Lets an empty value of everything that crosses the seam be written and read once: what that takes is found out and compiled before it is needed.</summary>
public static class SeamPreparation
{
    private static readonly Type[] _interfaces =
        [typeof(IMediaPlane), typeof(IServerEvents), typeof(ITransportEvents), typeof(IMediaPlaneEvents), typeof(IMediaProcess), typeof(IMediaProcessEvents)];

    /// <returns>What has no empty value that can be read again.</returns>
    public static IReadOnlyList<Type> Run()
    {
        var known = new HashSet<Type>();
        var left = new List<Type>();
        foreach (var parameter in _interfaces.SelectMany(static type => SeamInterface.Of(type).Methods).SelectMany(static method => method.Parameters))
        {
            if (parameter.Listener is null)
            {
                Prepare(parameter.Json.Type, known, left);
            }
        }

        return left;
    }

    private static void Prepare(Type type, HashSet<Type> known, List<Type> left)
    {
        if (!known.Add(type))
        {
            return;
        }

        if (ElementOf(type) is { } element)
        {
            Prepare(element, known, left);
        }
        else if (type.Assembly == typeof(SeamPreparation).Assembly && !type.IsEnum)
        {
            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            {
                Prepare(property.PropertyType, known, left);
            }
        }

        if (!type.IsAbstract && !type.IsArray && type != typeof(string) && !CanWriteAndRead(type))
        {
            left.Add(type);
        }
    }

    private static Type? ElementOf(Type type) =>
        Nullable.GetUnderlyingType(type)
        ?? (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>) ? type.GetGenericArguments()[0] : null);

    private static bool CanWriteAndRead(Type type)
    {
        try
        {
            JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(RuntimeHelpers.GetUninitializedObject(type), type, SeamJson.Options), type, SeamJson.Options);
            return true;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException or InvalidOperationException or NullReferenceException)
        {
            // There may be no empty one. Then it is prepared as far as this went.
            return false;
        }
    }
}
