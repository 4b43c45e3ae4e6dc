namespace Sfu.Media.Ice;

/// <summary>Where an ICE-lite agent stands. The names are mediasoup's.</summary>
public enum IceState : byte
{
    /// <summary>No authenticated check has come yet.</summary>
    New,

    /// <summary>A tuple is selected, none was nominated.</summary>
    Connected,

    /// <summary>The peer nominated the selected tuple.</summary>
    Completed,

    /// <summary>No selected tuple is left. The next authenticated check recovers.</summary>
    Disconnected,

    /// <summary>Final.</summary>
    Closed,
}
