using System.Runtime.InteropServices;

namespace Sfu.Media.Net;

/// <summary>Sends by a socket.</summary>
/// <param name="fd">The socket.</param>
internal readonly unsafe struct SocketSendCall(int fd) : ISendCall
{
    public int Send(LibC.MultiMessage* messages, uint count)
    {
        var sent = LibC.SendMMsg(fd, messages, count, LibC.MSG_DONTWAIT);
        return sent >= 0 ? sent : -Marshal.GetLastPInvokeError();
    }

    public bool WaitForRoom(int timeoutMs) => LibC.WaitUntilWritable(fd, timeoutMs);
}
