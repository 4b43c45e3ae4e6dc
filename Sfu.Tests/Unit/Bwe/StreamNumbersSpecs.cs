using Sfu.Media.Bwe;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Bwe;

public class StreamNumbersSpecs
{
    private readonly StreamNumbers _numbers = new();
    private readonly SendHistory _history = new();

    private void Send(ushort sequence, ushort transportSequence, long ms = 0)
    {
        _numbers.Add(sequence, transportSequence, _history);
        _history.Add(transportSequence, 1000, 0, MediaTime.FromMilliseconds(ms));
    }

    private int? Find(int sequence) => _numbers.TryFind((ushort)sequence, out var found) ? found : null;

    [Fact]
    public void A_number_is_found_across_the_wrap_and_one_never_sent_is_not()
    {
        Send(65_535, 10);
        Send(0, 11);
        Send(2, 12);
        Assert.Equal([null, 10, 11, null, 12, null], new[] { 65_534, 65_535, 0, 1, 2, 3 }.Select(Find));
    }

    [Fact]
    public void A_packet_sent_again_has_its_latest_number()
    {
        Send(5, 10);
        Send(6, 11);
        Send(5, 12);
        Assert.Equal(12, Find(5));
    }

    [Fact]
    public void What_the_history_has_forgotten_makes_room()
    {
        for (var i = 0; i < 100_000; i++)
        {
            Send((ushort)i, (ushort)i, i * 10);
        }

        Assert.Equal(99_999 & 0xFFFF, Find(99_999));
        Assert.Null(Find(99_999 - StreamNumbers.MaxCapacity - 1));
    }

    [Fact]
    public void A_jump_begins_anew()
    {
        Send(5, 10);
        Send(20_000, 11);
        Assert.Null(Find(5));
        Assert.Equal(11, Find(20_000));
    }
}
