using Sfu.Media.Net;

namespace Sfu.Tests.Unit.Net;

/// <summary>Sends by a script.</summary>
internal readonly unsafe struct ScriptedSendCall(SendScript script) : ISendCall
{
    public int Send(LibC.MultiMessage* messages, uint count) => script.Send(messages, count);

    public bool WaitForRoom(int timeoutMs) => script.Wait();
}
