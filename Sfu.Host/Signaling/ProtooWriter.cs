using System.Buffers;
using System.Text.Json;

namespace Sfu.Host.Signaling;

/// <summary>Writes frames of the <c>protoo</c> sub-protocol as UTF-8. Any thread.</summary>
internal static class ProtooWriter
{
    private const int FirstScratchBytes = 8 * 1024;
    private const int MaxScratchBytes = 64 * 1024;

    [ThreadStatic]
    private static Scratch? t_scratch;

    public static byte[] Request(long id, string method, Action<Utf8JsonWriter> data) => Write(writer =>
    {
        writer.WriteBoolean("request", true);
        writer.WriteNumber("id", id);
        writer.WriteString("method", method);
        WriteData(writer, data);
    });

    /// <param name="id">The request's.</param>
    /// <param name="data">Writes one JSON value; null: an empty object.</param>
    public static byte[] Response(long id, Action<Utf8JsonWriter>? data = null) => Write(writer =>
    {
        writer.WriteBoolean("response", true);
        writer.WriteNumber("id", id);
        writer.WriteBoolean("ok", true);
        WriteData(writer, data);
    });

    public static byte[] Error(long id, int code, string reason) => Write(writer =>
    {
        writer.WriteBoolean("response", true);
        writer.WriteNumber("id", id);
        writer.WriteBoolean("ok", false);
        writer.WriteNumber("errorCode", code);
        writer.WriteString("errorReason", reason);
    });

    public static byte[] Notification(string method, Action<Utf8JsonWriter> data) => Write(writer =>
    {
        writer.WriteBoolean("notification", true);
        writer.WriteString("method", method);
        WriteData(writer, data);
    });

    private static void WriteData(Utf8JsonWriter writer, Action<Utf8JsonWriter>? data)
    {
        writer.WritePropertyName("data");
        if (data is null)
        {
            writer.WriteStartObject();
            writer.WriteEndObject();
        }
        else
        {
            data(writer);
        }
    }

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var (buffer, writer) = t_scratch ??= Scratch.Create();
        buffer.ResetWrittenCount();
        writer.Reset();
        writer.WriteStartObject();
        members(writer);
        writer.WriteEndObject();
        writer.Flush();
        var message = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity > MaxScratchBytes)
        {
            t_scratch = null;
        }

        return message;
    }

    /// <summary>What messages are written into before their length is known.</summary>
    private sealed record Scratch(ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer)
    {
        public static Scratch Create()
        {
            var buffer = new ArrayBufferWriter<byte>(FirstScratchBytes);
            return new Scratch(buffer, new Utf8JsonWriter(buffer));
        }
    }
}
