using System.Globalization;
using Sfu.Tests.Support.Loopback;
using Sfu.Tests.Support.Network;

namespace Sfu.Bench.Narrow;

/// <summary>A camera and a path.</summary>
/// <param name="Video">What is sent, for people.</param>
/// <param name="Camera">Sends it.</param>
/// <param name="PathName">For people; empty: the usual one.</param>
/// <param name="Path">By its loss.</param>
/// <param name="Losses">0 … 1.</param>
internal sealed record NarrowCase(string Video, CameraKind Camera, string PathName, Func<double, LinkProfile> Path, IReadOnlyList<double> Losses)
{
    private static readonly double[] s_losses = [0, 0.02, 0.05, 0.10];
    private static readonly double[] s_few = [0, 0.05];
    private static readonly double[] s_lossy = [0.02, 0.05];

    public static IReadOnlyList<NarrowCase> All { get; } =
    [
        new("VP8 simulcast", CameraKind.Vp8Simulcast, "", Corridors.Narrowing, s_losses),
        new("VP9 SVC", CameraKind.Vp9Svc, "", Corridors.Narrowing, s_losses),
        new("AV1 SVC", CameraKind.Av1Svc, "", Corridors.Narrowing, s_few),
        new("VP8 simulcast", CameraKind.Vp8Simulcast, "three in a row", InBursts, s_lossy),
        new("VP9 SVC", CameraKind.Vp9Svc, "three in a row", InBursts, s_lossy),
        new("VP8 simulcast", CameraKind.Vp8Simulcast, "nearby", Corridors.NarrowingNearby, s_few),
        new("VP9 SVC", CameraKind.Vp9Svc, "nearby", Corridors.NarrowingNearby, s_few),
    ];

    /// <summary>To see that all works.</summary>
    public static IReadOnlyList<NarrowCase> Quick { get; } = [All[0] with { Losses = s_few }];

    /// <summary>Whether the plot has it.</summary>
    public bool IsDrawn => Camera != CameraKind.Av1Svc && Path != InBursts;

    private static LinkProfile InBursts(double loss) => Corridors.Narrowing(loss).InBursts(3);

    public string Label(double loss) =>
        string.Create(CultureInfo.InvariantCulture, $"{Video}{(PathName.Length > 0 ? $", {PathName}" : "")}, {loss * 100:0} % loss");
}
