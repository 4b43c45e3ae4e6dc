using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>A counter-mode key for <see cref="CounterKernel"/>: the round keys in native memory.</summary>
internal sealed unsafe class HardwareCounterKey : CounterKey
{
    private readonly KeyMemory _schedule;
    private readonly int _rounds;

    public HardwareCounterKey(ReadOnlySpan<byte> key)
    {
        _rounds = AesSchedule.Rounds(key.Length);
        _schedule = new KeyMemory(AesSchedule.Length(key.Length));
        AesSchedule.Expand(key, _schedule.Pointer);
    }

    public override bool Apply(ReadOnlySpan<byte> firstBlock, ReadOnlySpan<byte> input, Span<byte> output)
    {
        // The kernel writes input.Length bytes.
        Debug.Assert(output.Length >= input.Length, "The output holds the input.");
        ObjectDisposedException.ThrowIf(_schedule.IsClosed, this);
        fixed (byte* source = input, destination = output)
        {
            CounterKernel.Apply(_schedule.Pointer, _rounds, Vector128.Create(firstBlock), source, destination, input.Length);
        }

        GC.KeepAlive(_schedule);
        return true;
    }

    public override void Dispose() => _schedule.Dispose();
}
