using Sfu.Actors.Protocol;

namespace Sfu.Actors.Transports;

/// <summary>How far a transport has come in its life, and what may be asked when. Does nothing itself.</summary>
internal sealed class TransportState
{
    /// <summary>The media twin listens.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>A connect was accepted, or is being checked.</summary>
    public bool IsConnectRequested { get; private set; }

    /// <summary>Set once, by the first cause.</summary>
    public CloseReason? CloseReason { get; private set; }

    public void Opened() => IsOpen = true;

    /// <summary>Keeps the first reason. False when there was one.</summary>
    public bool TryClose(CloseReason reason)
    {
        if (CloseReason is not null)
        {
            return false;
        }

        CloseReason = reason;
        return true;
    }

    public SfuError? TryConnect()
    {
        if (IsConnectRequested)
        {
            return new SfuError(SfuErrorCode.InvalidState, "The transport is already connected.");
        }

        IsConnectRequested = true;
        return null;
    }

    /// <summary>The media plane refused the parameters: the client may try again with better ones.</summary>
    public void ConnectFailed() => IsConnectRequested = false;
}
