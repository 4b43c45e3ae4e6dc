using System.Text.Json;
using System.Text.Unicode;

namespace Sfu.Host.Signaling;

/// <summary>Reads frames of the <c>protoo</c> sub-protocol. Any thread; whatever the bytes are, the answer is a message.</summary>
internal static class ProtooReader
{
    /// <summary>The largest integer that JavaScript's numbers hold exactly.</summary>
    private const long MaxId = 9_007_199_254_740_991;

    private const int MaxMethodLength = 64;

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 24, AllowDuplicateProperties = false };

    private static readonly JsonElement s_emptyObject = JsonElement.Parse("{}"u8);

    public static ProtooMessage Read(ReadOnlySpan<byte> utf8)
    {
        // The parser leaves text unchecked until it is read, and half of it is only handed on.
        if (!Utf8.IsValid(utf8))
        {
            return new ProtooMessage.Malformed(null, "the message is not valid UTF-8");
        }

        var memory = new LentJson(utf8);
        ProtooMessage message;
        try
        {
            message = Read(memory.Parse(s_options), memory);
        }
        catch (JsonException)
        {
            message = new ProtooMessage.Malformed(null, "the message is not valid JSON");
        }

        if (message is not ProtooMessage.Request)
        {
            memory.Dispose();
        }

        return message;
    }

    private static ProtooMessage Read(JsonElement root, LentJson memory)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return new ProtooMessage.Malformed(null, "the message is not a JSON object");
        }

        long? id = root.TryGetProperty("id", out var idElement) && idElement.ValueKind == JsonValueKind.Number
            && idElement.TryGetInt64(out var number) && number is >= 0 and <= MaxId ? number : null;

        if (IsTrue(root, "request"))
        {
            return id is null
                ? new ProtooMessage.Malformed(null, "a request needs an 'id' that is a non-negative integer")
                : ReadMethod(root, out var method, out var data, out var reason)
                    ? new ProtooMessage.Request(id.Value, method, data) { Memory = memory }
                    : new ProtooMessage.Malformed(id, reason);
        }

        if (IsTrue(root, "response"))
        {
            return id is null
                ? new ProtooMessage.Malformed(null, "a response needs the request's 'id'")
                : new ProtooMessage.Response(id.Value, IsTrue(root, "ok"), Text(root, "errorReason"));
        }

        if (IsTrue(root, "notification"))
        {
            return ReadMethod(root, out var method, out _, out var reason)
                ? new ProtooMessage.Notification(method)
                : new ProtooMessage.Malformed(null, reason);
        }

        return new ProtooMessage.Malformed(id, "one of 'request', 'response' and 'notification' must be true");
    }

    private static bool ReadMethod(JsonElement root, out string method, out JsonElement data, out string reason)
    {
        method = Text(root, "method") ?? string.Empty;
        data = s_emptyObject;
        reason = string.Empty;
        if (method.Length is 0 or > MaxMethodLength)
        {
            reason = "'method' must be a string";
            return false;
        }

        if (root.TryGetProperty("data", out var given) && given.ValueKind != JsonValueKind.Null)
        {
            if (given.ValueKind != JsonValueKind.Object)
            {
                reason = "'data' must be an object";
                return false;
            }

            data = given;
        }

        return true;
    }

    private static bool IsTrue(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>A string, or null when there is none or it holds half a surrogate pair.</summary>
    private static string? Text(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
