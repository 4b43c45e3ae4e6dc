using Sfu.Media.Control;
using Sfu.Media.Forwarding;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>Who learns of a client's layers, and when: the publisher by requests for key frames, the consumer's owner by events.</summary>
public sealed class LayerSubscriptionSpecs : LoopbackCall
{
    private readonly SimulcastSource _source;
    private readonly ConsumerHandle _consumer;

    public LayerSubscriptionSpecs()
    {
        _source = new SimulcastSource(World, Publisher);
        _source.Send(10);
        _consumer = Subscriber.Consume(_source.Producer, SimulcastSource.Consumer(new ConsumerLayers(0, null)));
        _source.Send(50);
        Assert.Equal([0], Told());
        Assert.Equal([1, 0, 0], _source.KeyFrameRequests);
    }

    [Fact]
    public void Choice_that_changes_nothing_asks_and_tells_nobody()
    {
        Command(consumer => consumer.Layers.Choose(World.Now));
        _source.Send(50);

        Assert.Equal([0], Told());
        Assert.Equal([1, 0, 0], _source.KeyFrameRequests);
    }

    [Fact]
    public void Client_that_asks_for_a_key_frame_gets_one_of_the_layer_that_it_is_on()
    {
        Command(consumer => consumer.Layers.Prefer(new ConsumerLayers(2, null), World.Now));
        _source.Send(5, answerRequests: false);
        Assert.Equal([1, 0, 1], _source.KeyFrameRequests);

        Command(consumer => consumer.OnKeyFrameRequest(full: false, World.Now));
        _source.Send(2, answerRequests: false);

        Assert.Equal([2, 0, 1], _source.KeyFrameRequests);
        Assert.Equal([0], Told());
    }

    [Fact]
    public void Client_that_is_on_none_asks_for_the_layer_that_it_is_to_get()
    {
        Command(static consumer => consumer.Pause());
        Command(consumer => consumer.Layers.Prefer(new ConsumerLayers(1, null), World.Now));
        Command(consumer => consumer.OnKeyFrameRequest(full: true, World.Now));
        _source.Send(50);
        Assert.Equal([0, null], Told());
        Assert.Equal(1, _source.KeyFrameRequests[0]);
        Assert.Equal(0, _source.KeyFrameRequests[2]);
        var asked = _source.KeyFrameRequests[1];

        Command(consumer => consumer.Resume(World.Now));
        _source.Send(50);

        Assert.Equal([0, null, 1], Told());
        Assert.Equal(asked + 1, _source.KeyFrameRequests[1]);
    }

    private void Command(Action<MediaConsumer> command) => World.Command(directory => directory.Consumer(_consumer, command));

    private IEnumerable<int?> Told() => Subscriber.Events.Layers.ConvertAll(static change => change.Layers?.SpatialLayer);
}
