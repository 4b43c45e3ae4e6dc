using System.Runtime.CompilerServices;
using Sfu.Media.Wire;

namespace Sfu.Media.Audio;

/// <summary>
/// How much one speaker speaks, in three time scales (Volfin and Cohen, "Dominant speaker identification for multipoint videoconferencing",
/// 2012, §III): of the newest packet, of the last 100 ms, of the last second.
/// </summary>
/// <remarks>
/// A level falls into one of 13 steps above the noise. Five packets make a block, which is active by how many of them are loud; ten blocks
/// make the second, active by how many of them are. Each scale's score is the log-likelihood ratio of speech, in which loudness is
/// distributed exponentially, to noise, in which it is a toss of a coin.
/// </remarks>
internal sealed class SpeechActivity
{
    // Loudness is 127 minus the level: 0 for silence.
    private const int MaxLoudness = 127;
    private const int Steps = 13;
    private const int StepSize = (MaxLoudness + Steps - 1) / Steps;
    private const int BlockSize = 5;
    private const int Blocks = 10;
    private const int Size = BlockSize * Blocks;

    // A step above this is loud; a block with more loud packets than this is active.
    private const int LoudStep = 7;
    private const int ActiveBlock = 4;

    private const double ImmediateRate = 0.78;
    private const double BlockRate = 24;
    private const double SecondRate = 47;
    private const double MinScore = 1e-10;

    private const long PacketUs = 20_000;
    private const long IdleUs = 2 * PacketUs;

    // The noise is the least loudness of 15 s.
    private const int NoiseWindow = 750;

    private static readonly double[] _immediateScores = Scores(Steps, ImmediateRate);
    private static readonly double[] _blockScores = Scores(BlockSize, BlockRate);
    private static readonly double[] _secondScores = Scores(Blocks, SecondRate);

    private Ring _ring;
    private int _newest;
    private int _noise;
    private int _leastOfWindow = MaxLoudness;
    private int _windowCount;
    private MediaTime _lastAt;

    public SpeechActivity(MediaTime now)
    {
        _lastAt = now;
        Evaluate(now);
    }

    /// <summary>Of the newest packet. Scores are positive.</summary>
    public double Immediate { get; private set; }

    /// <summary>Of the last 100 ms.</summary>
    public double Medium { get; private set; }

    /// <summary>Of the last second.</summary>
    public double Long { get; private set; }

    /// <summary>Scores of who is silent.</summary>
    public static (double Immediate, double Medium, double Long) Silence => (_immediateScores[0], _blockScores[0], _secondScores[0]);

    /// <param name="level">0 (loudest) … 127 (silence).</param>
    /// <param name="now">When it came.</param>
    public void OnLevel(byte level, MediaTime now)
    {
        FillSilence(now);
        _lastAt = now;
        var loudness = MaxLoudness - Math.Min(level, (byte)MaxLoudness);
        Push((byte)loudness);
        if (loudness == 0)
        {
            return;
        }

        _leastOfWindow = Math.Min(_leastOfWindow, loudness);
        if (++_windowCount == NoiseWindow)
        {
            _noise = _noise == 0 ? _leastOfWindow : (int)Math.Sqrt(_noise * _leastOfWindow);
            _leastOfWindow = MaxLoudness;
            _windowCount = 0;
        }
    }

    /// <summary>Makes the scores.</summary>
    public void Evaluate(MediaTime now)
    {
        FillSilence(now);
        var activeBlocks = 0;
        var newestBlock = 0;
        for (var block = 0; block < Blocks; block++)
        {
            var loud = 0;
            for (var i = 0; i < BlockSize; i++)
            {
                loud += Step((block * BlockSize) + i) > LoudStep ? 1 : 0;
            }

            newestBlock = block == 0 ? loud : newestBlock;
            activeBlocks += loud > ActiveBlock ? 1 : 0;
        }

        Immediate = _immediateScores[Step(0)];
        Medium = _blockScores[newestBlock];
        Long = _secondScores[activeBlocks];
    }

    /// <param name="age">0 for the newest packet.</param>
    private int Step(int age)
    {
        var loudness = _ring[(_newest + Size - age) % Size];
        return loudness < _noise + StepSize ? 0 : Math.Min(loudness / StepSize, Steps);
    }

    /// <summary>Who does not transmit is silent.</summary>
    private void FillSilence(MediaTime now)
    {
        if (now.UsSince(_lastAt) <= IdleUs)
        {
            return;
        }

        var missing = (now.UsSince(_lastAt) / PacketUs) - 1;
        for (var i = Math.Min(missing, Size); i > 0; i--)
        {
            Push(0);
        }

        _lastAt = _lastAt.PlusUs(missing * PacketUs);
    }

    private void Push(byte loudness)
    {
        _newest = (_newest + 1) % Size;
        _ring[_newest] = loudness;
    }

    /// <summary>ln (n over v) + n ln ½ − ln λ + λ v, for each v.</summary>
    private static double[] Scores(int count, double rate)
    {
        var scores = new double[count + 1];
        var logOfBinomial = 0.0;
        for (var v = 0; v <= count; v++)
        {
            scores[v] = Math.Max(logOfBinomial + (count * Math.Log(0.5)) - Math.Log(rate) + (rate * v), MinScore);
            logOfBinomial += Math.Log((double)(count - v) / (v + 1));
        }

        return scores;
    }

    [InlineArray(Size)]
    private struct Ring
    {
        private byte _first;
    }
}
