using Sfu.Media.Audio;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Audio;

public class AudioVolumesSpecs
{
    private readonly List<AudioVolume<string>> _result = [];
    private AudioVolumes<string> _volumes = new(MediaTime.Zero, maxEntries: 2, thresholdDbov: -60);

    public AudioVolumesSpecs() => AddAll();

    private void AddAll()
    {
        foreach (var speaker in new[] { "a", "b", "c" })
        {
            _volumes.Add(speaker);
        }
    }

    private void Speak(string speaker, byte level, int packets = 50)
    {
        for (var i = 0; i < packets; i++)
        {
            _volumes.OnLevels(speaker, [level]);
        }
    }

    private string Take(int ms)
    {
        var change = _volumes.OnTimeout(MediaTime.FromMilliseconds(ms), _result);
        return change + string.Concat(_result.Select(volume => $" {volume.Speaker}{volume.Dbov}"));
    }

    [Fact]
    public void The_loudest_come_first_and_not_more_than_were_asked_for()
    {
        Speak("a", 50);
        Speak("b", 30);
        Speak("c", 40);
        Speak("unknown", 1);
        Assert.Equal("None", Take(999));
        Assert.Equal("Volumes b-30 c-40", Take(1000));
        Speak("a", 20);
        Assert.Equal("Volumes a-20", Take(2000));
    }

    [Fact]
    public void The_mean_of_the_interval_counts()
    {
        Speak("a", 20, 25);
        Speak("a", 80, 25);
        Speak("b", 60);
        Speak("c", 61);
        Assert.Equal("Volumes a-50 b-60", Take(1000));
    }

    [Fact]
    public void Silence_is_told_once()
    {
        Assert.Equal("None", Take(1000));
        Speak("a", 20);
        Assert.Equal("Volumes a-20", Take(2000));
        Speak("a", 127);
        Assert.Equal("Silence", Take(3000));
        Assert.Equal("None", Take(4000));
    }

    [Fact]
    public void A_few_packets_are_no_speech()
    {
        Speak("a", 10, 9);
        Speak("b", 10, 10);
        Assert.Equal("Volumes b-10", Take(1000));
    }

    [Fact]
    public void Who_was_removed_is_not_told_of()
    {
        Speak("a", 10);
        _volumes.Remove("a");
        Assert.Equal("None", Take(1000));
        _volumes.OnLevels("a", [1]);
    }

    [Fact]
    public void A_pause_forgets()
    {
        Speak("a", 10);
        _volumes.Reset(MediaTime.FromMilliseconds(5000));
        Assert.Equal(MediaTime.FromMilliseconds(6000), _volumes.NextTimeout);
        Assert.Equal("None", Take(6000));
    }

    [Fact]
    public void Levels_allocate_nothing()
    {
        _volumes = new AudioVolumes<string>(MediaTime.Zero, maxEntries: 3);
        AddAll();
        Assert.Equal(0, AllocationProbe.Measure(round =>
        {
            _volumes.OnLevels("a", [(byte)round, 3]);
            _volumes.OnTimeout(MediaTime.FromMilliseconds(100L * round), _result);
        }));
    }
}
