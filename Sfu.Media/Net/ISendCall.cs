namespace Sfu.Media.Net;

/// <summary>How a batch reaches the kernel; a struct, so that the call costs nothing. Media thread only.</summary>
internal unsafe interface ISendCall
{
    /// <summary><c>sendmmsg</c>, which does not wait.</summary>
    /// <returns>How many of the first messages are on their way; or, when that is none, the error's number, negative.</returns>
    int Send(LibC.MultiMessage* messages, uint count);

    /// <summary>Waits until the socket says that it takes more. False: not within the time.</summary>
    bool WaitForRoom(int timeoutMs);
}
