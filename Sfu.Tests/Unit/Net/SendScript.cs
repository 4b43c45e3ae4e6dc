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

    /// <summary>The length of each of them.</summary>
    public List<int> Lengths { get; } = [];

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
            Assert.Equal(1u, (uint)messages[i].VectorCount);
            var vector = *messages[i].Vectors;
            var bytes = (int)vector.Length;

            // As the kernel reads it: struct cmsghdr, then UDP_SEGMENT's length.
            var segment = messages[i].ControlLength > 0 ? *(ushort*)(messages[i].Control + 16) : bytes;
            Assert.InRange(segment, 1, bytes);
            var datagrams = (bytes + segment - 1) / segment;
            Assert.True(datagrams > 1 == messages[i].ControlLength > 0, "A run says how long its datagrams are, and nothing else does.");
            if (answer(remote, datagrams) is var error and not 0)
            {
                return i > 0 ? i : -error;
            }

            Runs.Add(datagrams);
            for (var j = 0; j < datagrams; j++)
            {
                Sent.Add(vector.Base[j * segment]);
                Lengths.Add(Math.Min(segment, bytes - (j * segment)));
            }

            if (Sent[^1] == Stops)
            {
                return i + 1;
            }
        }

        return (int)count;
    }
}
