using System.Buffers;
using System.Text.Json;

namespace Sfu.Host.Signaling;

/// <summary>
/// A JSON document in memory that is lent and goes back: most of what clients send is read once and forgotten. One user at a time.
/// </summary>
/// <remarks>An element that is used after its document has gone throws; it never reads what the memory holds by then.</remarks>
internal sealed class LentJson : IDisposable
{
    private readonly int _length;
    private byte[]? _text;
    private JsonDocument? _document;

    public LentJson(ReadOnlySpan<byte> utf8)
    {
        _text = ArrayPool<byte>.Shared.Rent(utf8.Length);
        _length = utf8.Length;
        utf8.CopyTo(_text);
    }

    /// <exception cref="JsonException">It is no JSON.</exception>
    public JsonElement Parse(JsonDocumentOptions options)
    {
        ObjectDisposedException.ThrowIf(_text is null, this);
        _document = JsonDocument.Parse(_text.AsMemory(0, _length), options);
        return _document.RootElement;
    }

    public void Dispose()
    {
        _document?.Dispose();
        _document = null;
        if (_text is { } text)
        {
            _text = null;
            ArrayPool<byte>.Shared.Return(text);
        }
    }
}
