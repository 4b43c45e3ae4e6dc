using System.Net;
using Sfu.Media.Net;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Net;

/// <summary>What a send batch does where the kernel does not take what it is given, by a kernel that says what a spec wants.</summary>
public sealed class SendRefusalSpecs : IDisposable
{
    private const int EPERM = 1;
    private const int EACCES = 13;
    private const int ENETUNREACH = 101;
    private const int ECONNREFUSED = 111;
    private const int EHOSTUNREACH = 113;

    private static readonly IpEndpoint s_friend = Client(1);
    private static readonly IpEndpoint s_foe = Client(2);

    private readonly SendBatch _batch = new();

    public void Dispose() => _batch.Dispose();

    [Theory]
    [InlineData(EPERM)]
    [InlineData(EACCES)]
    [InlineData(LibC.EMSGSIZE)]
    [InlineData(ENETUNREACH)]
    [InlineData(ECONNREFUSED)]
    [InlineData(EHOSTUNREACH)]
    public void What_one_client_brings_about_costs_no_other_its_runs(int error)
    {
        var script = new SendScript((remote, vectors) => remote == s_foe && vectors > 1 ? error : 0);
        for (var i = 0; i < 10 * SegmentRefusals.Max; i++)
        {
            Flush(script, s_foe, 1, 2, 3);
        }

        script.Runs.Clear();
        Flush(script, s_friend, 1, 2, 3);
        Assert.Equal([3], script.Runs);
        Assert.True(_batch.Segments);
        Assert.Equal(0, _batch.Dropped);
    }

    [Fact]
    public void Invalid_run_of_one_address_is_the_path_to_it()
    {
        var script = new SendScript((remote, vectors) => remote.WithPort(0) == s_foe.WithPort(0) && vectors > 1 ? LibC.EINVAL : 0);
        for (ushort i = 0; i < 10 * SegmentRefusals.Max; i++)
        {
            Flush(script, s_foe.WithPort(i), 1, 2, 3);
        }

        Assert.True(_batch.Segments);
    }

    [Fact]
    public void Invalid_runs_of_some_addresses_are_the_paths_to_them_where_others_are_taken_between()
    {
        var script = new SendScript((remote, vectors) => remote != s_friend && vectors > 1 ? LibC.EINVAL : 0);
        for (byte i = 2; i < 10 * SegmentRefusals.Max; i++)
        {
            Put(Client(i), 1, 2, 3);
            if (i % (SegmentRefusals.Max - 1) == 0)
            {
                Put(s_friend, 1, 2, 3);
            }

            _batch.Flush(new ScriptedSendCall(script));
        }

        Assert.True(_batch.Segments);
    }

    [Fact]
    public void Invalid_runs_of_many_addresses_are_the_machine()
    {
        var script = new SendScript((_, vectors) => vectors > 1 ? LibC.EINVAL : 0);
        for (byte i = 0; i < SegmentRefusals.Max; i++)
        {
            Assert.True(_batch.Segments);
            Flush(script, Client(i), 1, 2, 3);
        }

        Assert.False(_batch.Segments);
    }

    [Theory]
    [InlineData(LibC.EIO)]
    [InlineData(LibC.EOPNOTSUPP)]
    [InlineData(LibC.ENOPROTOOPT)]
    public void Device_that_refuses_runs_gets_none_for_a_while_and_is_then_tried_again(int error)
    {
        var refuses = true;
        var script = new SendScript((_, vectors) => refuses && vectors > 1 ? error : 0);
        for (byte i = 0; i < SegmentRefusals.Max; i++)
        {
            Assert.True(_batch.Segments);
            Flush(script, s_friend, 1, 2, 3);
        }

        Assert.False(_batch.Segments);
        refuses = false;
        for (var i = 0; i < SegmentRefusals.DatagramsUntilNextTry; i += 4)
        {
            script.Runs.Clear();
            Flush(script, s_friend, 1, 2, 3, 4);
            Assert.Equal([1, 1, 1, 1], script.Runs);
        }

        script.Runs.Clear();
        Flush(script, s_friend, 1, 2, 3, 4);
        Assert.Equal([4], script.Runs);
        Assert.Equal(0, _batch.Dropped);
    }

    [Fact]
    public void Run_that_is_refused_leaves_datagram_by_datagram_in_its_place()
    {
        var script = new SendScript((remote, vectors) => remote == s_foe && vectors > 1 ? LibC.EMSGSIZE : 0);
        Put(s_friend, 1, 2, 3);
        Put(s_foe, 4, 5, 6, 7);
        Put(s_friend, 8, 9);
        Put(s_foe, 10, 11);
        _batch.Flush(new ScriptedSendCall(script));

        Assert.Equal(Enumerable.Range(1, 11), script.Sent.Select(static b => (int)b));
        Assert.Equal([3, 1, 1, 1, 1, 2, 1, 1], script.Runs);

        // And the next batch goes where it is to go.
        script.Sent.Clear();
        script.Runs.Clear();
        Put(s_friend, 1);
        Put(s_foe, 2);
        Put(s_friend, 3, 4);
        Put(Client(3), 5, 6);
        _batch.Flush(new ScriptedSendCall(script));
        Assert.Equal([1, 1, 2, 2], script.Runs);
        Assert.Equal(0, _batch.Dropped);
    }

    [Fact]
    public void Datagrams_of_a_run_that_is_refused_have_their_lengths_and_so_have_those_behind_it()
    {
        var script = new SendScript((remote, vectors) => remote == s_foe && vectors > 1 ? LibC.EMSGSIZE : 0);
        PutOfLength(200, s_friend, 1, 2);
        PutOfLength(300, s_foe, 3, 4);
        PutOfLength(120, s_foe, 5);
        PutOfLength(400, s_friend, 6, 7);
        PutOfLength(50, s_foe, 8, 9);
        PutOfLength(90, s_friend, 10);
        _batch.Flush(new ScriptedSendCall(script));

        Assert.Equal(Enumerable.Range(1, 10), script.Sent.Select(static b => (int)b));
        Assert.Equal([200, 200, 300, 300, 120, 400, 400, 50, 50, 90], script.Lengths);
        Assert.Equal([2, 1, 1, 1, 2, 1, 1, 1], script.Runs);
    }

    [Fact]
    public void Full_batch_of_runs_that_are_refused_leaves_whole()
    {
        var script = new SendScript((_, vectors) => vectors > 1 ? LibC.EMSGSIZE : 0);
        for (byte i = 0; i < SendBatch.Slots; i += 2)
        {
            Put(Client(i), i, (byte)(i + 1));
        }

        Assert.True(_batch.IsFull);
        _batch.Flush(new ScriptedSendCall(script));
        Assert.Equal(Enumerable.Range(0, SendBatch.Slots), script.Sent.Select(static b => (int)b));
    }

    [Theory]
    [InlineData(LibC.EAGAIN)]
    [InlineData(LibC.ENOBUFS)]
    [InlineData(LibC.ENOMEM)]
    public void No_room_is_waited_for_and_what_then_finds_some_leaves_in_order(int error)
    {
        var refusals = 5;
        var script = new SendScript((remote, _) => remote == s_foe && refusals-- > 0 ? error : 0);
        Put(s_friend, 1, 2);
        Put(s_foe, 3, 4);
        Put(s_friend, 5);
        _batch.Flush(new ScriptedSendCall(script));

        Assert.Equal([1, 2, 3, 4, 5], script.Sent);
        Assert.Equal([2, 2, 1], script.Runs);
        Assert.Equal(0, _batch.Dropped);
        Assert.True(_batch.Segments);
    }

    [Theory]
    [InlineData(LibC.EAGAIN)]
    [InlineData(LibC.ENOBUFS)]
    [InlineData(LibC.ENOMEM)]
    public void Socket_that_calls_itself_writable_and_takes_nothing_is_given_up_and_all_behind_is_lost(int error)
    {
        // Without a bound the batch would never come back.
        var tries = 0;
        var script = new SendScript((remote, _) => remote != s_foe ? 0 : ++tries < 1000 ? error : throw new InvalidOperationException("tried for ever"));
        Put(s_friend, 1, 2);
        Put(s_foe, 3, 4, 5);
        Put(s_friend, 6);
        _batch.Flush(new ScriptedSendCall(script));

        Assert.Equal([1, 2], script.Sent);
        Assert.Equal(4, _batch.Dropped);
        Assert.InRange(script.Waits, 2, 20);
        Assert.True(_batch.IsEmpty);

        // What comes later is tried anew.
        Flush(script, s_friend, 7, 8);
        Assert.Equal([1, 2, 7, 8], script.Sent);
    }

    [Fact]
    public void Socket_that_has_no_room_in_a_moment_loses_the_rest()
    {
        var script = new SendScript((remote, _) => remote == s_foe ? LibC.EAGAIN : 0) { IsWritable = false };
        Put(s_friend, 1, 2);
        Put(s_foe, 3, 4, 5);
        Put(s_friend, 6);
        _batch.Flush(new ScriptedSendCall(script));

        Assert.Equal([1, 2], script.Sent);
        Assert.Equal(4, _batch.Dropped);
        Assert.Equal(1, script.Waits);
    }

    [Fact]
    public void Signals_and_partial_sends_change_nothing()
    {
        var signals = 3;
        var script = new SendScript((_, _) => signals-- > 0 ? LibC.EINTR : 0) { Stops = 3 };
        Put(s_friend, 1, 2);
        Put(s_foe, 3);
        Put(s_friend, 4, 5);
        _batch.Flush(new ScriptedSendCall(script));

        Assert.Equal([1, 2, 3, 4, 5], script.Sent);
        Assert.Equal(0, _batch.Dropped);
        Assert.Equal(0, script.Waits);
    }

    private static IpEndpoint Client(byte number) => IpEndpoint.From(new IPAddress([192, 0, 2, number]), 40_000 + number);

    private void Flush(SendScript script, IpEndpoint remote, params ReadOnlySpan<byte> datagrams)
    {
        Put(remote, datagrams);
        _batch.Flush(new ScriptedSendCall(script));
    }

    private void Put(IpEndpoint remote, params ReadOnlySpan<byte> datagrams) => PutOfLength(100, remote, datagrams);

    private void PutOfLength(int length, IpEndpoint remote, params ReadOnlySpan<byte> datagrams)
    {
        foreach (var datagram in datagrams)
        {
            _batch.FreeSlot[0] = datagram;
            _batch.Add(remote, length);
        }
    }
}
