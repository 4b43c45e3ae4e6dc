using Sfu.Media.Codecs;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// A packet that waits for its turn to leave: a reference to the shared original, and what this client's stream has decided about it. The
/// numbers that tell when a packet left are given when it does; a repetition without RTX has those of the first time already.
/// </summary>
/// <param name="Stream">Whose it is.</param>
/// <param name="Index">Of the original in the pool.</param>
/// <param name="Numbers">That it leaves under.</param>
/// <param name="Shift">Of the numbers in its payload.</param>
/// <param name="Layers">Of its frame.</param>
/// <param name="IsRepair">It is sent again.</param>
/// <param name="IsUnasked">Before anybody asks: new media goes first.</param>
/// <param name="Copies">How often it is to be sent yet, once this one has left.</param>
/// <param name="TimesFirst">How often it was the first of the packets that were sent again at a time.</param>
internal readonly record struct WaitingPacket(
    IPacedStream Stream,
    int Index,
    PacketNumbers Numbers,
    DescriptorShift Shift,
    FrameLayers Layers,
    bool IsRepair,
    bool IsUnasked = false,
    byte Copies = 0,
    byte TimesFirst = 0);

/// <summary>A stream whose packets may have to wait. Media thread only.</summary>
internal interface IPacedStream
{
    /// <summary>The packet's turn has come.</summary>
    void Leave(in WaitingPacket waiting, MediaTime now);

    /// <summary>It is time for one copy more of a packet that was sent again.</summary>
    void Repeat(in WaitingPacket waiting, MediaTime now);
}
