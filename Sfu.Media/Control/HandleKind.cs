namespace Sfu.Media.Control;

/// <summary>What a handle names.</summary>
internal enum HandleKind
{
    Server,
    Transport,
    Producer,
    Consumer,
}
