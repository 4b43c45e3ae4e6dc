namespace Sfu.Bench.Report;

/// <summary>What runs are compared over.</summary>
/// <param name="Scenario">Its name on the command line.</param>
/// <param name="Subject">Who forwards: <c>node</c>, <c>limit</c>, <c>mediasoup</c> or <c>janus</c>.</param>
/// <param name="Label">For instance <c>1→100</c>.</param>
/// <param name="Suite">The SRTP profile; empty where it does not matter.</param>
/// <param name="FanOut">Subscribers of one publisher; 0 where it is not about that.</param>
internal sealed record Case(string Scenario, string Subject, string Label, string Suite = "", int FanOut = 0)
{
    public const string FanOutScenario = "fan-out";
    public const string CapacityScenario = "capacity";

    /// <summary>Behind the name of a scenario whose clients take runs of datagrams whole, as a network card does that cuts them apart.</summary>
    public const string Offload = "-offload";

    public const string Node = "node";
    public const string Limit = "limit";
    public const string Mediasoup = "mediasoup";
    public const string Janus = "janus";

    /// <summary>Whether it is about packets per second at most.</summary>
    public bool IsCapacity => Scenario is CapacityScenario or CapacityScenario + Offload;

    /// <summary>Whether it is about what a packet costs, to one publisher's subscribers, at a given rate.</summary>
    public bool IsFanOut => Scenario is FanOutScenario or FanOutScenario + Offload;

    public override string ToString() => string.Join(' ', new[] { Scenario, Label, Suite }.Where(static part => part.Length > 0));
}
