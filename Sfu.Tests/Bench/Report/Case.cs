namespace Sfu.Bench.Report;

/// <summary>What runs are compared over.</summary>
/// <param name="Scenario">Its name on the command line.</param>
/// <param name="Subject">Who forwards: <c>node</c>, <c>limit</c>, <c>mediasoup</c> or <c>janus</c>.</param>
/// <param name="Label">For instance <c>1→100</c>.</param>
/// <param name="Suite">The SRTP profile; empty where it does not matter.</param>
/// <param name="FanOut">Subscribers of one publisher; 0 where it is not about that.</param>
internal sealed record Case(string Scenario, string Subject, string Label, string Suite = "", int FanOut = 0)
{
    /// <summary>The scenario of packets per second at most.</summary>
    public const string Capacity = "capacity";

    public const string Node = "node";
    public const string Limit = "limit";
    public const string Mediasoup = "mediasoup";
    public const string Janus = "janus";

    public override string ToString() => string.Join(' ', new[] { Scenario, Label, Suite }.Where(static part => part.Length > 0));
}
