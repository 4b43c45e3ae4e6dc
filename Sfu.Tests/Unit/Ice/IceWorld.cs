using System.Net;
using Sfu.Media.Ice;
using Sfu.Media.Stun;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Ice;

/// <summary>One agent, its listener, and a controlling peer that reaches it by numbered paths, at a virtual time.</summary>
internal sealed class IceWorld
{
    private const ushort FirstPort = 10_000;

    private readonly byte[] _response = new byte[IceLiteAgent.MaxResponseBytes];
    private readonly byte[] _request = new byte[512];

    public IceWorld(IceAgentSettings? settings = null, int seed = 1)
    {
        Random = new SeededRandom(seed);
        First = IceCredentials.Create(Random);
        Listener = new RecordingIceListener();
        Agent = new IceLiteAgent(settings ?? IceAgentSettings.Default, First, Listener);
        Listener.Take();
    }

    public delegate void Fill(ref StunWriter writer);

    public SeededRandom Random { get; }

    /// <summary>The credentials the agent started with.</summary>
    public IceCredentials First { get; }

    public RecordingIceListener Listener { get; }

    public IceLiteAgent Agent { get; }

    public MediaTime Now { get; private set; } = MediaTime.FromSeconds(1000);

    /// <summary>The number of the selected path, null when there is none.</summary>
    public int? Selected => Agent.SelectedTuple is { } tuple ? NumberOf(tuple) : null;

    /// <summary>The numbers of the agent's paths, oldest first.</summary>
    public int[] Paths => [.. Agent.Tuples.Select(tuple => NumberOf(tuple))];

    public static TransportTuple Path(int number, TransportProtocol protocol = TransportProtocol.Udp) => new(
        protocol,
        protocol == TransportProtocol.Udp ? 1 : 100 + number,
        IpEndpoint.From(IPAddress.Parse("192.0.2.1"), 44_444),
        IpEndpoint.From(IPAddress.Parse("198.51.100.7"), FirstPort + number));

    public static int NumberOf(in TransportTuple tuple) => tuple.Remote.Port - FirstPort;

    /// <summary>Sends a well-formed check by a path.</summary>
    public IceAnswer Check(int path, bool useCandidate = false, uint? nomination = null, IceCredentials? credentials = null) =>
        Check(Path(path), useCandidate, nomination, credentials);

    public IceAnswer Check(in TransportTuple tuple, bool useCandidate = false, uint? nomination = null, IceCredentials? credentials = null)
    {
        var remote = credentials ?? Agent.Local;
        return Send(Request(useCandidate, nomination, remote), tuple, remote);
    }

    public byte[] Request(bool useCandidate = false, uint? nomination = null, IceCredentials? credentials = null)
    {
        Span<byte> transactionId = stackalloc byte[12];
        Random.Fill(transactionId);
        var check = new IceCheckRequest
        {
            Remote = credentials ?? Agent.Local,
            LocalUfrag = "peer",
            UseCandidate = useCandidate,
            Nomination = nomination,
        };
        return _request[..check.Write(_request, transactionId)];
    }

    /// <summary>Sends a request made attribute by attribute.</summary>
    public IceAnswer Send(
        Fill fill, StunClass messageClass = StunClass.Request, StunMethod method = StunMethod.Binding, int path = 1, IceCredentials? credentials = null)
    {
        Span<byte> transactionId = stackalloc byte[12];
        Random.Fill(transactionId);
        var writer = new StunWriter(_request, messageClass, method, transactionId);
        fill(ref writer);
        return Send(_request[..writer.Finish()], Path(path), credentials ?? Agent.Local);
    }

    /// <summary>Hands a datagram to the agent and reads the answer, which must be well-formed and of the same transaction.</summary>
    public IceAnswer Send(byte[] datagram, in TransportTuple tuple, IceCredentials credentials)
    {
        var length = Agent.ProcessRequest(datagram, tuple, Now, _response);
        if (length == 0)
        {
            return IceAnswer.Silence;
        }

        Assert.True(StunMessage.TryParse(_response.AsSpan(0, length), out var message));
        Assert.Equal(StunFingerprintStatus.Valid, message.CheckFingerprint());
        Assert.True(message.TransactionId.SequenceEqual(datagram.AsSpan(8, 12)));
        return new IceAnswer(
            message.Class,
            message.ErrorCode,
            message.TryGetXorMappedAddress(out var mapped) ? mapped : null,
            message.CheckMessageIntegrity(credentials.PasswordBytes),
            Convert.ToHexStringLower(message.UnknownAttributes));
    }

    /// <summary>Moves the time on and lets every timer on the way fire at its time.</summary>
    public void Advance(double seconds)
    {
        var until = Now.PlusUs((long)(seconds * 1_000_000));
        while (Agent.NextTimeout <= until)
        {
            Now = Agent.NextTimeout;
            Agent.OnTimeout(Now);
            Assert.True(Agent.NextTimeout > Now);
        }

        Now = until;
    }

    /// <summary>What an observer can see of the agent, as one comparable text.</summary>
    public string Describe() => string.Join(
        '|', Agent.State, Selected, string.Join(',', Paths), Agent.Local.Ufrag, Agent.Previous?.Ufrag, Agent.NextTimeout.Us);
}
