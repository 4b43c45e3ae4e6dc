using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>
/// HMAC-SHA1 of several messages at a time, one in each 32-bit lane of a vector: a round costs the same for all of them as for one.
/// Messages may differ in length; a lane whose message has ended keeps its state while the others go on.
/// </summary>
/// <typeparam name="TOperations">What the vector can do.</typeparam>
/// <typeparam name="TVector">The vector.</typeparam>
internal static unsafe class Sha1Lanes<TOperations, TVector>
    where TOperations : struct, ISha1Vector<TVector>
    where TVector : unmanaged
{
    private const int CacheLine = 64;

    // The schedule is written by threes from word 16 on: two more than there are rounds.
    private const int ScheduleWords = Sha1Constants.Rounds + 2;

    /// <summary>Computes the jobs and writes their tags.</summary>
    /// <param name="jobs">The jobs, best of about the same length.</param>
    /// <param name="count">1 to as many as there are lanes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Compute(MacJob** jobs, int count)
    {
        Debug.Assert(count > 0 && count <= TOperations.Lanes, "Each job has a lane.");
        var states = stackalloc TVector[MacJob.StateWords];
        var outer = stackalloc TVector[MacJob.StateWords];
        var room = stackalloc byte[(ScheduleWords * sizeof(TVector)) + CacheLine];
        var words = (TVector*)Align(room);
        var blocks = stackalloc byte*[TOperations.Lanes];
        TVector counts = default;
        var most = 0;

        // Lanes without a job repeat the first one, and nobody looks at them.
        for (var lane = 0; lane < TOperations.Lanes; lane++)
        {
            var job = jobs[lane < count ? lane : 0];
            for (var word = 0; word < MacJob.StateWords; word++)
            {
                ((uint*)(states + word))[lane] = job->Inner[word];
                ((uint*)(outer + word))[lane] = job->Outer[word];
            }

            ((uint*)&counts)[lane] = (uint)job->Blocks;
            most = Math.Max(most, job->Blocks);
        }

        for (var step = 0; step < most; step++)
        {
            for (var lane = 0; lane < TOperations.Lanes; lane++)
            {
                blocks[lane] = Block(jobs[lane < count ? lane : 0], step);
            }

            TOperations.LoadBlocks(blocks, words);
            Compress(states, words, counts, TOperations.Broadcast((uint)step));
        }

        // RFC 2104: the outer hash is that of the inner digest, one block with its padding.
        for (var word = 0; word < Sha1Constants.BlockWords; word++)
        {
            words[word] = word < MacJob.StateWords ? states[word] : default;
        }

        words[MacJob.StateWords] = TOperations.Broadcast(Sha1Constants.EndMark);
        words[Sha1Constants.BlockWords - 1] = TOperations.Broadcast(Sha1Constants.OuterBits);
        Compress(outer, words, counts, default);
        var mac = stackalloc byte[MacJob.StateWords * sizeof(uint)];
        for (var lane = 0; lane < count; lane++)
        {
            for (var word = 0; word < MacJob.StateWords; word++)
            {
                Unsafe.WriteUnaligned(mac + (word * sizeof(uint)), BinaryPrimitives.ReverseEndianness(((uint*)(outer + word))[lane]));
            }

            Unsafe.CopyBlockUnaligned(jobs[lane]->Tag, mac, (uint)jobs[lane]->TagLength);
        }

        // The states of the keys are overwritten by now; what is left are inner digests and the parts of the MACs that nobody gets. The words are left:
        // nobody makes a MAC from an inner digest.
        CryptographicOperations.ZeroMemory(new Span<byte>(states, MacJob.StateWords * sizeof(TVector)));
        CryptographicOperations.ZeroMemory(new Span<byte>(outer, MacJob.StateWords * sizeof(TVector)));
        CryptographicOperations.ZeroMemory(new Span<byte>(mac, MacJob.StateWords * sizeof(uint)));
    }

    // Vectors that straddle cache lines cost two accesses each.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Align(byte* pointer) => (byte*)(((nuint)pointer + CacheLine - 1) & ~(nuint)(CacheLine - 1));

    // A message that has ended gives its last block again.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Block(MacJob* job, int step)
    {
        step = Math.Min(step, job->Blocks - 1);
        return step < job->WholeBlocks
            ? job->Message + (step * MacJob.BlockLength)
            : job->Tail + ((step - job->WholeBlocks) * MacJob.BlockLength);
    }

    // FIPS 180-4 §6.1.2, with the message schedule written out first.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Compress(TVector* state, TVector* words, TVector counts, TVector step)
    {
        // Three at a time, because the words that the next three need first are then still in registers.
        var w0 = words[Sha1Constants.BlockWords - 3];
        var w1 = words[Sha1Constants.BlockWords - 2];
        var w2 = words[Sha1Constants.BlockWords - 1];
        for (var at = words + Sha1Constants.BlockWords; at < words + Sha1Constants.Rounds; at += 3)
        {
            w0 = Expand(at, w0);
            w1 = Expand(at + 1, w1);
            w2 = Expand(at + 2, w2);
        }

        var a = state[0];
        var b = state[1];
        var c = state[2];
        var d = state[3];
        var e = state[4];
        var end = words + 20;
        var k = TOperations.Broadcast(Sha1Constants.Choose);
        for (; words < end; words += 5)
        {
            e = Round(a, TOperations.Choose(b, c, d), e, k, words[0]);
            b = TOperations.RotateLeft30(b);
            d = Round(e, TOperations.Choose(a, b, c), d, k, words[1]);
            a = TOperations.RotateLeft30(a);
            c = Round(d, TOperations.Choose(e, a, b), c, k, words[2]);
            e = TOperations.RotateLeft30(e);
            b = Round(c, TOperations.Choose(d, e, a), b, k, words[3]);
            d = TOperations.RotateLeft30(d);
            a = Round(b, TOperations.Choose(c, d, e), a, k, words[4]);
            c = TOperations.RotateLeft30(c);
        }

        end += 20;
        k = TOperations.Broadcast(Sha1Constants.FirstParity);
        for (; words < end; words += 5)
        {
            e = Round(a, TOperations.Xor(b, c, d), e, k, words[0]);
            b = TOperations.RotateLeft30(b);
            d = Round(e, TOperations.Xor(a, b, c), d, k, words[1]);
            a = TOperations.RotateLeft30(a);
            c = Round(d, TOperations.Xor(e, a, b), c, k, words[2]);
            e = TOperations.RotateLeft30(e);
            b = Round(c, TOperations.Xor(d, e, a), b, k, words[3]);
            d = TOperations.RotateLeft30(d);
            a = Round(b, TOperations.Xor(c, d, e), a, k, words[4]);
            c = TOperations.RotateLeft30(c);
        }

        end += 20;
        k = TOperations.Broadcast(Sha1Constants.Majority);
        for (; words < end; words += 5)
        {
            e = Round(a, TOperations.Majority(b, c, d), e, k, words[0]);
            b = TOperations.RotateLeft30(b);
            d = Round(e, TOperations.Majority(a, b, c), d, k, words[1]);
            a = TOperations.RotateLeft30(a);
            c = Round(d, TOperations.Majority(e, a, b), c, k, words[2]);
            e = TOperations.RotateLeft30(e);
            b = Round(c, TOperations.Majority(d, e, a), b, k, words[3]);
            d = TOperations.RotateLeft30(d);
            a = Round(b, TOperations.Majority(c, d, e), a, k, words[4]);
            c = TOperations.RotateLeft30(c);
        }

        end += 20;
        k = TOperations.Broadcast(Sha1Constants.LastParity);
        for (; words < end; words += 5)
        {
            e = Round(a, TOperations.Xor(b, c, d), e, k, words[0]);
            b = TOperations.RotateLeft30(b);
            d = Round(e, TOperations.Xor(a, b, c), d, k, words[1]);
            a = TOperations.RotateLeft30(a);
            c = Round(d, TOperations.Xor(e, a, b), c, k, words[2]);
            e = TOperations.RotateLeft30(e);
            b = Round(c, TOperations.Xor(d, e, a), b, k, words[3]);
            d = TOperations.RotateLeft30(d);
            a = Round(b, TOperations.Xor(c, d, e), a, k, words[4]);
            c = TOperations.RotateLeft30(c);
        }

        state[0] = TOperations.Update(counts, step, TOperations.Add(state[0], a), state[0]);
        state[1] = TOperations.Update(counts, step, TOperations.Add(state[1], b), state[1]);
        state[2] = TOperations.Update(counts, step, TOperations.Add(state[2], c), state[2]);
        state[3] = TOperations.Update(counts, step, TOperations.Add(state[3], d), state[3]);
        state[4] = TOperations.Update(counts, step, TOperations.Add(state[4], e), state[4]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Expand(TVector* at, TVector threeBefore)
    {
        var word = TOperations.RotateLeft1(TOperations.Xor(TOperations.Xor(at[-8], at[-14], at[-16]), threeBefore, default));
        *at = word;
        return word;
    }

    // Added up in the order in which the terms become known: the next round waits for this one only from the rotation on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Round(TVector a, TVector f, TVector e, TVector k, TVector word) =>
        TOperations.Add(TOperations.RotateLeft5(a), TOperations.Add(f, TOperations.Add(e, TOperations.Add(k, word))));
}
