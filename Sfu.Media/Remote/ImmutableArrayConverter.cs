using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sfu.Media.Remote;

/// <summary>
/// Arrays, also those that were never made (<see cref="ImmutableArray{T}.IsDefault"/>), which the library refuses: <c>null</c>. Those with equal elements become
/// one, see <see cref="Recent{T}"/>; elements are equal where the arrays within are the same, which they are by then.
/// </summary>
internal sealed class ImmutableArrayConverter : JsonConverterFactory
{
    private const int Places = 64;

    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(ImmutableArray<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    [SuppressMessage("Performance", "CA1812", Justification = "Made by its type.")]
    private sealed class Of<T> : JsonConverter<ImmutableArray<T>>
    {
        [ThreadStatic]
        private static Recent<T[]>? t_recent;

        public override bool HandleNull => true;

        public override ImmutableArray<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            ImmutableCollectionsMarshal.AsImmutableArray(JsonSerializer.Deserialize<T[]>(ref reader, options) is { } read ? OneOf(read) : null);

        public override void Write(Utf8JsonWriter writer, ImmutableArray<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, ImmutableCollectionsMarshal.AsArray(value), options);

        private static T[] OneOf(T[] read)
        {
            if (read.Length == 0)
            {
                return ImmutableCollectionsMarshal.AsArray(ImmutableArray<T>.Empty)!;
            }

            var hash = new HashCode();
            foreach (var element in read)
            {
                hash.Add(element);
            }

            var code = hash.ToHashCode();
            ref var place = ref (t_recent ??= new Recent<T[]>(Places)).At(code);
            return place.Value is { } known && known.AsSpan().SequenceEqual(read, EqualityComparer<T>.Default) ? known : place.Note(read, code);
        }
    }
}
