using System.Buffers.Binary;
using Sfu.Bench.Load;
using Sfu.Bench.Scenarios;
using Sfu.Media.Srtp;

namespace Sfu.Bench.Rivals;

/// <summary>The C program between one publisher and its subscribers, with the same packets as a node gets.</summary>
internal sealed class LimitRoom : IRivalRoom
{
    private const uint FirstSsrc = 0x20_0000;

    private readonly LimitProcess _process;

    private LimitRoom(LimitProcess process)
    {
        _process = process;
    }

    public int ProcessId => _process.Id;

    public static async Task<LimitRoom> OpenAsync(string program, LoadPeer load, SrtpProfile profile, int subscribers, double publisherRate)
    {
        var publisherKeys = new LimitKeys(profile);
        var publisher = load.CreateTransport();
        var receivers = Enumerable.Range(0, subscribers)
            .Select(i => (Transport: load.CreateTransport(), Ssrc: FirstSsrc + (uint)i, Keys: new LimitKeys(profile)))
            .ToArray();
        var process = await LimitProcess.StartAsync(
            program, profile, publisherKeys, receivers.Select(receiver => (receiver.Transport.Local, load.Socket.Port, receiver.Ssrc, receiver.Keys)));

        var remote = new Native.Address
        {
            Family = Native.AF_INET,
            Port = BinaryPrimitives.ReverseEndianness(process.Port),
            Ip = BinaryPrimitives.ReverseEndianness(0x7F00_0001u),
        };
        await load.RunAsync(() => publisher.UseKeys(publisherKeys.ForLoad(), remote));
        var source = await load.PublishAsync(publisher, Pacing.Video(1, publisherRate, new ExtensionIds(1, 2, 5)));
        foreach (var (transport, ssrc, keys) in receivers)
        {
            await load.RunAsync(() => transport.UseKeys(keys.ForLoad(), remote));
            await load.SubscribeAsync(transport, new SinkStream(ssrc, source));
        }

        return new LimitRoom(process);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
