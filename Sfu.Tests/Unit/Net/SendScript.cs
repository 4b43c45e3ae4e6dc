using Sfu.Media.Net;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Net;

/// <summary>A kernel that takes and refuses what a spec says.</summary>
/// <param name="answer">For each message, by its destination and the number of its datagrams: 0, or the number of an error.</param>
internal sealed class SendScript(Func<IpEndpoint, int, int> answer)
{
    /// <summary>What was asked of it, one way or the other.</summary>
    public int Calls { get; private set; }

    public int Waits { get; private set; }

    /// <summary>The first byte of each datagram that left, in that order.</summary>
    public List<byte> Sent { get; } = [];

    /// <summary>The number of datagrams in each message that left.</summary>
    public List<int> Runs { get; } = [];

    /// <summary>Whether the socket calls itself writable.</summary>
    public bool IsWritable { get; set; } = true;

    /// <summary>The first byte of a datagram behind which a call takes no more, as a signal may bring about.</summary>
    public byte? Stops { get; set; }

    public bool Wait()
    {
        Waits++;
        return IsWritable;
    }

    public unsafe int Send(LibC.MultiMessage* messages, uint count)
    {
        Calls++;
        for (var i = 0; i < count; i++)
        {
            Assert.True(SocketAddress.TryRead(new ReadOnlySpan<byte>(messages[i].Name, (int)messages[i].NameLength), out var remote));
            var vectors = (int)messages[i].VectorCount;
            Assert.True(vectors > 1 == messages[i].ControlLength > 0, "A run says how long its datagrams are.");
            if (answer(remote, vectors) is var error and not 0)
            {
                return i > 0 ? i : -error;
            }

            Runs.Add(vectors);
            for (var j = 0; j < vectors; j++)
            {
                Sent.Add(*messages[i].Vectors[j].Base);
            }

            if (Sent[^1] == Stops)
            {
                return i + 1;
            }
        }

        return (int)count;
    }
}
