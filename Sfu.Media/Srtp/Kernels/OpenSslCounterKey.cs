namespace Sfu.Media.Srtp.Kernels;

/// <summary>A counter-mode key in an OpenSSL context: the path for processors that have no kernel of their own here.</summary>
internal sealed class OpenSslCounterKey(ReadOnlySpan<byte> key) : CounterKey
{
    private readonly EvpCipherContext _context = EvpCipherContext.ForCounterMode(key);

    public override bool Apply(ReadOnlySpan<byte> firstBlock, ReadOnlySpan<byte> input, Span<byte> output) =>
        _context.Begin(firstBlock) && _context.Transform(input, output);

    public override void Dispose() => _context.Dispose();
}
