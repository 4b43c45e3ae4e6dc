using Sfu.Media.Codecs;
using Sfu.Media.Forwarding;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Forwarding;

/// <summary>What layers take, and which are there.</summary>
public class LayerRatesSpecs
{
    private readonly LayerRates _rates = new();
    private readonly LayerActivity _activity = new();
    private MediaTime _now = MediaTime.FromSeconds(100);

    [Fact]
    public void A_target_takes_all_that_belongs_to_it()
    {
        // 50 frames a second of 1,000 bytes at T0 and as many at T1.
        Run(3000, static (rates, now) =>
        {
            rates.Add(Frame(0, 0), 1000, now);
            rates.Add(Frame(0, 1), 1000, now);
        });
        Assert.InRange(_rates.Of(0, 0), 380_000, 420_000);
        Assert.InRange(_rates.Of(0, 1), 780_000, 820_000);
        Assert.Equal(0, _rates.Of(0, 2));
        Assert.Equal(0, _rates.Of(1, 0));
        Assert.True(_rates.HasSpatial(0));
        Assert.False(_rates.HasSpatial(1));
    }

    [Fact]
    public void A_layer_that_stops_is_gone_within_a_second_and_a_half()
    {
        Run(2000, static (rates, now) => rates.Add(Frame(1, 0), 1000, now));
        Assert.True(_rates.HasSpatial(1));
        Run(1500, static (rates, now) => rates.Add(Frame(0, 0), 100, now));
        Assert.False(_rates.HasSpatial(1));
        Assert.True(_rates.HasSpatial(0));
    }

    [Fact]
    public void A_producer_that_stops_is_gone_too()
    {
        Run(2000, static (rates, now) => rates.Add(Frame(0, 0), 1000, now));
        _rates.Refresh(_now.PlusMs(1000));
        _rates.Refresh(_now.PlusMs(2000));
        Assert.False(_rates.HasSpatial(0));
    }

    [Fact]
    public void A_key_frame_does_not_tell_what_the_frames_behind_it_belong_to()
    {
        var all = Frame(0, 0) with { Targets = (ushort)(Frame(0, 0).Targets | Frame(1, 0).Targets), Flags = FrameFlags.KeyFrame };
        _rates.Add(all, 1000, _now);
        Run(3000, static (rates, now) =>
        {
            rates.Add(Frame(0, 0), 1000, now);
            rates.Add(Frame(1, 0), 2000, now);
        });
        Assert.InRange(_rates.Of(1, 0), 760_000, 840_000);
    }

    [Fact]
    public void A_layer_comes_with_its_first_packet_and_goes_while_others_go_on()
    {
        Assert.True(_activity.Note(Frame(0, 0), _now));
        Assert.True(_activity.Note(Frame(2, 0), _now));
        Assert.Equal(0b101, _activity.Present);
        Assert.Equal(2, _activity.BestFor(3));
        Assert.Equal(0, _activity.BestFor(1));

        // Nothing at all: nobody is gone.
        var changes = 0;
        for (var i = 1; i <= 12; i++)
        {
            changes += _activity.Note(Frame(0, 0), _now.PlusMs(5000 + (i * 40))) ? 1 : 0;
            Assert.Equal(i < 6, _activity.Has(2));
        }

        Assert.Equal(1, changes);
        Assert.True(_activity.Note(Frame(2, 0), _now.PlusMs(6000)));
    }

    [Fact]
    public void A_slow_source_is_not_a_silent_layer()
    {
        for (var i = 0; i < 100; i++)
        {
            // One frame a second of each layer.
            _activity.Note(Frame(0, 0), _now.PlusMs(i * 1000));
            _activity.Note(Frame(1, 0), _now.PlusMs((i * 1000) + 30));
            _activity.Note(Frame(2, 0), _now.PlusMs((i * 1000) + 60));
            Assert.Equal(0b111, _activity.Present);
        }
    }

    private static FrameLayers Frame(int spatial, int temporal)
    {
        var targets = 0;
        for (var t = temporal; t < FrameLayers.MaxTemporalLayers; t++)
        {
            targets |= FrameLayers.TargetBit(spatial, t);
        }

        return new FrameLayers((byte)spatial, (byte)temporal, (ushort)targets, 0, FrameFlags.FrameStart);
    }

    private void Run(int ms, Action<LayerRates, MediaTime> send)
    {
        for (var end = _now.PlusMs(ms); _now < end; _now = _now.PlusMs(20))
        {
            send(_rates, _now);
        }
    }
}
