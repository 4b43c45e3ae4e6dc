using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using Akka.Actor;
using Sfu.Media.Control;
using Sfu.Media.Ortc;

namespace Sfu.Tests.Support;

/// <summary>Makes an instance of a message type in which no member has its default value, so that a member that gets lost shows.</summary>
public sealed class Samples(IActorRef actor)
{
    private int _counter;

    public object Of(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Of(underlying);
        }

        if (type == typeof(string))
        {
            return $"text{++_counter}";
        }

        if (type == typeof(bool))
        {
            return true;
        }

        if (type.IsEnum)
        {
            return Enum.GetValues(type).Cast<object>().Last();
        }

        if (type.IsPrimitive)
        {
            return Convert.ChangeType(++_counter, type, System.Globalization.CultureInfo.InvariantCulture);
        }

        if (type == typeof(IActorRef))
        {
            return actor;
        }

        if (type == typeof(MediaStats))
        {
            return Of(typeof(RtpStreamStats));
        }

        if (type == typeof(MediaTrace))
        {
            return Of(typeof(RtpTrace));
        }

        if (type == typeof(ParameterDictionary))
        {
            return ParameterDictionary.Of(("profile-id", 1), ("text", "x"), ("flag", true));
        }

        if (type == typeof(ImmutableDictionary<string, long>))
        {
            return ImmutableDictionary<string, long>.Empty.Add("0.0", 150_000).Add("0.1", 250_000);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
        {
            var item = type.GetGenericArguments()[0];
            var array = Array.CreateInstance(item, 2);
            array.SetValue(Of(item), 0);
            array.SetValue(Of(item), 1);
            return typeof(ImmutableArray).GetMethods()
                .Single(method => method.Name == nameof(ImmutableArray.Create)
                    && method.GetParameters() is [{ ParameterType: { IsArray: true } }])
                .MakeGenericMethod(item)
                .Invoke(null, [array])!;
        }

        var constructor = type.GetConstructors().OrderByDescending(candidate => candidate.GetParameters().Length).First(candidate => !IsCopy(candidate));
        var instance = constructor.Invoke([.. constructor.GetParameters().Select(parameter => Of(parameter.ParameterType))]);
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.CanWrite && constructor.GetParameters().All(parameter => parameter.Name != property.Name))
            {
                property.SetValue(instance, Of(property.PropertyType));
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

    private static bool IsCopy(ConstructorInfo constructor) =>
        constructor.GetParameters() is [var only] && only.ParameterType == constructor.DeclaringType;
}
