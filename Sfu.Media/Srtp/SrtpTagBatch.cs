using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sfu.Media.Srtp.Kernels;

namespace Sfu.Media.Srtp;

/// <summary>
/// HMAC-SHA1 tags that are still to be computed, of packets under any keys: one pass of a vector kernel makes up to sixteen of
/// them, at less than half the price of one by one. A sender that is given a batch encrypts at once and leaves the tag to
/// <see cref="Flush"/>, which must come before the packets are sent or their memory is used for anything else. Profiles without HMAC,
/// and processors without wide vectors, leave nothing behind here. Media thread only.
/// </summary>
public sealed unsafe class SrtpTagBatch : IDisposable
{
    /// <summary>Tags that a batch holds. One more flushes it.</summary>
    public const int Capacity = 64;

    // A pass costs the same for one job as for all lanes. With fewer jobs than this, OpenSSL's SHA-1 is faster one by one.
    private const int MinForPass = 6;

    private readonly MacJob* _jobs;
    private readonly MacJob** _order;
    private readonly int _lanes;
    private int _count;
    private bool _disposed;

    public SrtpTagBatch()
        : this(BestLanes)
    {
    }

    /// <param name="lanes">16, 8 or 0: how many tags a pass makes. A number that <see cref="BestLanes"/> is not below.</param>
    internal SrtpTagBatch(int lanes)
    {
        Debug.Assert(lanes is 0 or 8 or 16 && lanes <= BestLanes, "The processor has such vectors.");
        _lanes = lanes;
        _jobs = (MacJob*)NativeMemory.AlignedAlloc((nuint)(Capacity * sizeof(MacJob)), 64);
        _order = (MacJob**)NativeMemory.Alloc((nuint)(Capacity * sizeof(MacJob*)));
        NativeMemory.Clear(_jobs, (nuint)(Capacity * sizeof(MacJob)));
    }

    /// <summary>Tags that <see cref="Flush"/> would write.</summary>
    public int PendingCount => _count;

    /// <summary>The most tags that one pass makes on this processor, or 0.</summary>
    internal static int BestLanes { get; } =
        Avx512F.IsSupported && Avx512BW.IsSupported && Vector512.IsHardwareAccelerated ? 16 : Avx2.IsSupported ? 8 : 0;

    /// <summary>Whether it takes tags at all.</summary>
    internal bool CanDefer => _lanes > 0 && !_disposed;

    /// <summary>Computes and writes every pending tag.</summary>
    public void Flush()
    {
        if (_count == 0)
        {
            return;
        }

        SortByLength();
        for (var first = 0; first < _count; first += _lanes)
        {
            Compute(_order + first, Math.Min(_lanes, _count - first));
        }

        // The jobs hold states made from keys whose owners may be gone by now.
        for (var i = 0; i < _count; i++)
        {
            HmacSha1.Forget(_jobs + i);
        }

        _count = 0;
    }

    /// <summary>Drops what is pending and frees the memory.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            for (var i = 0; i < _count; i++)
            {
                HmacSha1.Forget(_jobs + i);
            }

            _count = 0;
            NativeMemory.AlignedFree(_jobs);
            NativeMemory.Free(_order);
        }
    }

    /// <summary>Takes a tag to compute. The memory must be native or pinned, and stay as it is until the flush.</summary>
    /// <param name="key">May be disposed before the flush.</param>
    /// <param name="message">What the tag covers.</param>
    /// <param name="suffix">Covered too, but copied.</param>
    /// <param name="tag">Where the tag goes.</param>
    internal void Add(HmacSha1 key, Span<byte> message, ReadOnlySpan<byte> suffix, Span<byte> tag)
    {
        Debug.Assert(CanDefer, "The caller has asked.");
        if (_count == Capacity)
        {
            Flush();
        }

        // The spans lie in memory that does not move, so that their addresses hold until the flush.
        fixed (byte* messagePointer = message, tagPointer = tag)
        {
            key.Begin(messagePointer, message.Length, suffix, tagPointer, tag.Length, _jobs + _count);
        }

        _count++;
    }

    private void Compute(MacJob** jobs, int count)
    {
        if (count < MinForPass)
        {
            for (var i = 0; i < count; i++)
            {
                HmacSha1.Compute(jobs[i]);
            }
        }
        else if (_lanes == 16)
        {
            Sha1Lanes<Sha1Vector512, Vector512<uint>>.Compute(jobs, count);
        }
        else
        {
            Sha1Lanes<Sha1Vector256, Vector256<uint>>.Compute(jobs, count);
        }
    }

    // Lanes wait for the longest message of their pass, so that messages of about a length go together. By insertion: fan-out yields
    // runs of equal length.
    private void SortByLength()
    {
        for (var i = 0; i < _count; i++)
        {
            var job = _jobs + i;
            var at = i;
            for (; at > 0 && _order[at - 1]->Blocks > job->Blocks; at--)
            {
                _order[at] = _order[at - 1];
            }

            _order[at] = job;
        }
    }
}
