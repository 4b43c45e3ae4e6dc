using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ortc;

namespace Sfu.Tests.Support;

/// <summary>Makes instances of message types.</summary>
public sealed class Samples(IActorRef actor)
{
    private readonly NullabilityInfoContext _nullability = new();
    private int _counter;

    /// <summary>No member has its default value, so that a member that gets lost shows.</summary>
    public object Of(Type type) => Of(type, least: false);

    /// <summary>Null where that may be; empty, zero or false where it may not.</summary>
    public object LeastOf(Type type) => Of(type, least: true);

    private object Of(Type type, bool least)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Of(underlying, least);
        }

        if (type == typeof(string))
        {
            return least ? string.Empty : $"text{++_counter}";
        }

        if (type == typeof(bool))
        {
            return !least;
        }

        if (type.IsEnum)
        {
            return least ? Activator.CreateInstance(type)! : Enum.GetValues(type).Cast<object>().Last();
        }

        if (type.IsPrimitive)
        {
            return Convert.ChangeType(least ? 0 : ++_counter, type, System.Globalization.CultureInfo.InvariantCulture);
        }

        if (type == typeof(IActorRef))
        {
            return actor;
        }

        if (type == typeof(MediaStats))
        {
            return Of(typeof(RtpStreamStats), least);
        }

        if (type == typeof(MediaTrace))
        {
            return Of(typeof(RtpTrace), least);
        }

        if (type == typeof(INodeRequest))
        {
            return Of(typeof(NodeProtocol.DrainNode), least);
        }

        if (type == typeof(JsonText))
        {
            // Without a text it is an empty object, and arrives as one.
            return least ? JsonText.EmptyObject : new JsonText($"[{++_counter}]");
        }

        if (type == typeof(ParameterDictionary))
        {
            return least ? ParameterDictionary.Empty : ParameterDictionary.Of(("nothing", ParameterValue.Null), ("half", 0.5), ("profile-id", 1), ("text", "x"), ("none", ""), ("flag", true), ("off", false));
        }

        if (type == typeof(ImmutableDictionary<string, long>))
        {
            return least ? ImmutableDictionary<string, long>.Empty : ImmutableDictionary<string, long>.Empty.Add("0.0", 150_000).Add("0.1", 250_000);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
        {
            var item = type.GetGenericArguments()[0];
            var array = Array.CreateInstance(item, least ? 0 : 2);
            for (var i = 0; i < array.Length; i++)
            {
                array.SetValue(Of(item), i);
            }

            return typeof(ImmutableArray).GetMethods()
                .Single(method => method.Name == nameof(ImmutableArray.Create)
                    && method.GetParameters() is [{ ParameterType: { IsArray: true } }])
                .MakeGenericMethod(item)
                .Invoke(null, [array])!;
        }

        var constructor = type.GetConstructors().OrderByDescending(candidate => candidate.GetParameters().Length).First(candidate => !IsCopy(candidate));
        var instance = constructor.Invoke([.. constructor.GetParameters().Select(parameter => least && MayBeNull(_nullability.Create(parameter)) ? null : Of(parameter.ParameterType, least))]);
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.CanWrite && constructor.GetParameters().All(parameter => parameter.Name != property.Name))
            {
                property.SetValue(instance, least && MayBeNull(_nullability.Create(property)) ? null : Of(property.PropertyType, least));
            }
        }

        return instance;
    }

    /// <summary>The path of the first member in which the two differ; null when they are the same.</summary>
    public static string? Difference(object? a, object? b, string path)
    {
        if (a is null || b is null || a.GetType() != b.GetType())
        {
            return a is null && b is null ? null : $"{path}: {a} {b}";
        }

        if (a is string or ParameterDictionary or IActorRef || a.GetType().IsPrimitive || a.GetType().IsEnum)
        {
            return a.Equals(b) ? null : $"{path}: {a} {b}";
        }

        if (a is IEnumerable first && b is IEnumerable second)
        {
            object?[] left = [.. first];
            object?[] right = [.. second];
            return left.Length != right.Length
                ? $"{path}: {left.Length} {right.Length}"
                : left.Select((item, i) => Difference(item, right[i], $"{path}[{i}]")).FirstOrDefault(difference => difference is not null);
        }

        return a.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0)
            .Select(property => Difference(property.GetValue(a), property.GetValue(b), $"{path}.{property.Name}"))
            .FirstOrDefault(difference => difference is not null);
    }

    private static bool MayBeNull(NullabilityInfo info) => info.WriteState == NullabilityState.Nullable;

    private static bool IsCopy(ConstructorInfo constructor) =>
        constructor.GetParameters() is [var only] && only.ParameterType == constructor.DeclaringType;
}
