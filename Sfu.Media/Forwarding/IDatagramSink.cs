using Sfu.Media.Ice;
using Sfu.Media.Srtp;

namespace Sfu.Media.Forwarding;

/// <summary>Where an engine puts datagrams that leave. Media thread only.</summary>
internal interface IDatagramSink
{
    /// <summary>The least room that <see cref="Begin"/> gives, in bytes.</summary>
    const int MaxDatagramBytes = 2048;

    /// <summary>
    /// Room for one datagram that leaves by the tuple's local socket; empty when that socket is gone. The content counts only
    /// after <see cref="Commit"/>, and the next call of <see cref="Begin"/> may give the same room again.
    /// </summary>
    Span<byte> Begin(in TransportTuple tuple);

    /// <summary>Queues the first <paramref name="length"/> bytes of the room for the tuple's remote endpoint.</summary>
    void Commit(in TransportTuple tuple, int length);

    /// <summary>
    /// Where tags of what lies in a room may wait until it is sent; null where they may not: the room is used again before, or moves.
    /// </summary>
    SrtpTagBatch? TagsFor(in TransportTuple tuple);

    /// <summary>What has come and gone on the thread since the start.</summary>
    DatagramCounts Counts { get; }

    /// <summary>Processor time that the thread has used since its start, in microseconds.</summary>
    long CpuTimeUs { get; }
}

/// <summary>Datagrams by UDP and the messages that they were part of, see <see cref="Control.ThreadDump"/>.</summary>
internal readonly record struct DatagramCounts(long DatagramsIn, long MessagesIn, long DatagramsOut, long MessagesOut, long Dropped)
{
    public static DatagramCounts operator +(in DatagramCounts a, in DatagramCounts b) => new(
        a.DatagramsIn + b.DatagramsIn, a.MessagesIn + b.MessagesIn, a.DatagramsOut + b.DatagramsOut, a.MessagesOut + b.MessagesOut, a.Dropped + b.Dropped);
}
