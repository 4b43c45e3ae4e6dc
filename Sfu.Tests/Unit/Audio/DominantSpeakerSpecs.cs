using Sfu.Media.Audio;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Audio;

public class DominantSpeakerSpecs
{
    private const byte Silence = 127;
    private const byte Noise = 90;

    private readonly DominantSpeaker<string> _speakers = new(MediaTime.Zero);
    private readonly SeededRandom _random = new(1);
    private readonly List<string> _changes = [];

    private long _ms;

    public DominantSpeakerSpecs()
    {
        foreach (var speaker in new[] { "a", "b", "c" })
        {
            _speakers.Add(speaker, MediaTime.Zero);
        }
    }

    /// <summary>Lets time go by in packets of 20 ms; each speaker's level may vary.</summary>
    private void For(int ms, params (string Speaker, Func<byte> Level)[] speakers)
    {
        for (var end = _ms + ms; _ms < end;)
        {
            _ms += 20;
            var now = MediaTime.FromMilliseconds(_ms);
            foreach (var (speaker, level) in speakers)
            {
                _speakers.OnLevels(speaker, [level()], now);
            }

            if (now >= _speakers.NextTimeout && _speakers.OnTimeout(now))
            {
                _changes.Add(_speakers.Dominant!);
            }
        }
    }

    private byte Speech() => (byte)(20 + _random.Next(20));

    private static byte Quiet() => Silence;

    private byte Murmur() => (byte)(Noise + _random.Next(5));

    [Fact]
    public void Nobody_leads_while_nobody_speaks()
    {
        For(5000, ("a", Quiet), ("b", Murmur), ("c", Murmur));
        Assert.False(_speakers.HasDominant);
        Assert.Empty(_changes);
    }

    [Fact]
    public void Who_speaks_leads_and_keeps_the_lead_in_silence()
    {
        For(1000, ("a", Speech), ("b", Quiet));
        For(10_000, ("a", Quiet), ("b", Murmur));
        For(10_000);
        Assert.Equal(["a"], _changes);
        Assert.Equal("a", _speakers.Dominant);
    }

    [Fact]
    public void A_cough_does_not_take_the_word()
    {
        For(3000, ("a", Speech), ("b", Quiet));
        For(160, ("a", Speech), ("b", () => 3));
        For(1000, ("a", Speech), ("b", Quiet));

        // Nor in a pause for breath.
        For(200, ("a", Quiet), ("b", () => 3));
        For(400, ("a", Quiet), ("b", Quiet));
        For(2000, ("a", Speech), ("b", Quiet));
        Assert.Equal(["a"], _changes);
    }

    [Fact]
    public void Speech_takes_the_word_from_who_has_ended()
    {
        For(3000, ("a", Speech), ("b", Quiet));
        For(3000, ("a", Quiet), ("b", Speech));
        Assert.Equal(["a", "b"], _changes);
        For(3000, ("a", Speech), ("b", Quiet));
        Assert.Equal(["a", "b", "a"], _changes);
    }

    [Fact]
    public void The_change_comes_within_a_second()
    {
        For(3000, ("a", Speech));
        For(1000, ("b", Speech));
        Assert.Equal("b", _speakers.Dominant);
    }

    [Fact]
    public void Two_who_speak_at_once_do_not_take_the_word_from_each_other()
    {
        For(3000, ("a", Speech), ("b", Quiet));
        For(10_000, ("a", Speech), ("b", Speech));
        Assert.Equal(["a"], _changes);
    }

    [Fact]
    public void The_clearer_of_two_new_speakers_leads()
    {
        For(3000, ("a", Speech));
        For(2000, ("b", () => (byte)(_random.Next(5) == 0 ? 100 : 35)), ("c", Speech));
        Assert.Equal("c", _speakers.Dominant);
    }

    [Fact]
    public void Steady_noise_comes_to_count_as_silence()
    {
        // A fan, loud enough to pass for speech at first.
        For(40_000, ("a", () => 45), ("b", Quiet));
        For(2000, ("a", () => 45), ("b", Speech));
        Assert.Equal("b", _speakers.Dominant);
    }

    [Fact]
    public void Who_leaves_leads_no_more()
    {
        For(1000, ("a", Speech), ("b", Quiet));
        _speakers.Remove("a");
        Assert.False(_speakers.HasDominant);
        For(1000, ("a", Speech), ("b", Speech));
        Assert.Equal(["a", "b"], _changes);
    }

    [Fact]
    public void Levels_and_decisions_allocate_nothing()
    {
        Assert.Equal(0, AllocationProbe.Measure(round =>
        {
            var now = MediaTime.FromMilliseconds(20L * round);
            _speakers.OnLevels(round % 300 < 150 ? "a" : "b", [(byte)(round % 40)], now);
            _speakers.OnTimeout(now);
        }));
    }
}
