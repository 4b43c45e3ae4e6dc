namespace Sfu.Actors.Serialization.Contract;

/// <summary>
/// What nodes say to each other: the contract of a rolling upgrade. To add a message:
/// <list type="number">
/// <item>give it a line in the table of its noun, here beside: manifest, and a number for each property;</item>
/// <item>if it carries a record, an enumeration or an id that is new, give that a line in <see cref="CarriedWire"/> or <see cref="OrtcWire"/>, above what uses it;</item>
/// <item>run <c>WireSchemaSpecs</c>: it fails, and names the command that brings <c>sfu.proto</c> up to date.</item>
/// </list>
/// A manifest or a number is never given to something else. A new property takes the next number: older readers pass over it, and newer ones
/// take the constructor's default where it is missing. A property that goes leaves <c>-:number</c> behind. A change of meaning is the next
/// version of the manifest, with the old one still read.
/// </summary>
internal static class WireContract
{
    public static WireTable Build()
    {
        var table = new WireTableBuilder();
        OrtcWire.AddTo(table);
        CarriedWire.AddTo(table);
        StatsWire.AddTo(table);
        RouterWire.AddTo(table);
        PlainWire.AddTo(table);
        PeerWire.AddTo(table);
        ObserverWire.AddTo(table);
        ReplyWire.AddTo(table);
        EventWire.AddTo(table);
        BranchWire.AddTo(table);
        PipeWire.AddTo(table);
        ClusterWire.AddTo(table);
        NodeWire.AddTo(table);
        return table.Build();
    }
}
