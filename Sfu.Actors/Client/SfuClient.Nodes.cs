using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Actors.Client;

/// <content>What concerns one node, named by its address as the cluster's dump has it (<see cref="MemberDump.Node"/>).</content>
public sealed partial class SfuClient
{
    /// <summary>Of a node's media plane so many transports, Producers and Consumers come in one message: some MB.</summary>
    private const int MaxDumpedObjects = 20_000;

    /// <inheritdoc cref="ClusterProtocol.AskNode" />
    public Task<TReply> AskNodeAsync<TReply>(string node, Func<long, INodeRequest> request, CancellationToken cancellation = default)
        where TReply : IReply => AskNodeAsync<TReply>(node, request, _options.Timeout, cancellation);

    /// <summary>What the node holds. Of one with many transports it is put together from several answers, which are not of one moment.</summary>
    public async Task<NodeProtocol.NodeDump> DumpNodeAsync(string node, CancellationToken cancellation = default)
    {
        var transports = ImmutableArray.CreateBuilder<TransportDump>();
        while (true)
        {
            var part = await AskNodeAsync<NodeProtocol.NodeDump>(
                node, id => new NodeProtocol.DumpNode(id, transports.Count, MaxDumpedObjects), cancellation).ConfigureAwait(false);
            transports.AddRange(part.Media.Transports);
            if (part.TransportsLeft == 0)
            {
                return part with { Media = part.Media with { Transports = transports.DrainToImmutable() } };
            }
        }
    }

    /// <inheritdoc cref="NodeProtocol.OpenServer" />
    public Task<NodeProtocol.ServerOpened> OpenServerAsync(
        string node, ServerId server, ImmutableArray<ListenInfo> listenInfos, CancellationToken cancellation = default) =>
        AskNodeAsync<NodeProtocol.ServerOpened>(node, id => new NodeProtocol.OpenServer(id, server, listenInfos), cancellation);

    /// <inheritdoc cref="NodeProtocol.CloseServer" />
    public Task<Done> CloseServerAsync(string node, ServerId server, CancellationToken cancellation = default) =>
        AskNodeAsync<Done>(node, id => new NodeProtocol.CloseServer(id, server), cancellation);

    /// <inheritdoc cref="NodeProtocol.SubscribeServer" />
    public Task<NodeProtocol.ServerSubscribed> SubscribeServerAsync(
        string node, ServerId server, IActorRef subscriber, CancellationToken cancellation = default) =>
        AskNodeAsync<NodeProtocol.ServerSubscribed>(node, id => new NodeProtocol.SubscribeServer(id, server, subscriber), cancellation);

    /// <inheritdoc cref="NodeProtocol.UnsubscribeServer" />
    public Task<Done> UnsubscribeServerAsync(string node, ServerId server, IActorRef subscriber, CancellationToken cancellation = default) =>
        AskNodeAsync<Done>(node, id => new NodeProtocol.UnsubscribeServer(id, server, subscriber), cancellation);

    /// <inheritdoc cref="NodeProtocol.DrainNode" />
    /// <remarks>The answer is awaited for as long as the deadline, and <see cref="SfuClientOptions.Timeout"/> longer.</remarks>
    public Task<NodeProtocol.NodeDrained> DrainNodeAsync(string node, TimeSpan deadline, bool mayStay = false, CancellationToken cancellation = default) =>
        AskNodeAsync<NodeProtocol.NodeDrained>(node, id => new NodeProtocol.DrainNode(id, deadline, mayStay), deadline.Duration() + _options.Timeout, cancellation);

    /// <inheritdoc cref="NodeProtocol.CancelDrain" />
    public Task<Done> CancelDrainAsync(string node, CancellationToken cancellation = default) =>
        AskNodeAsync<Done>(node, id => new NodeProtocol.CancelDrain(id), cancellation);

    private Task<TReply> AskNodeAsync<TReply>(string node, Func<long, INodeRequest> request, TimeSpan timeout, CancellationToken cancellation)
        where TReply : IReply
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(request);
        return SendAsync<TReply>(id => new ClusterProtocol.AskNode(node, request(id)), timeout, cancellation);
    }
}
