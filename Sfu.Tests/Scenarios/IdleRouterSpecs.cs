using Sfu.Actors.Protocol;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>A Router that nobody uses ends: whoever asks for it in that moment gets the next one's answer.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class IdleRouterSpecs
{
    private const int Questions = 50_000;
    private const int AtOnce = 2_000; // So many are in its mailbox, or on their way there, when it ends.

    [Fact]
    public async Task No_request_is_answered_closed_by_a_Router_that_ends_because_it_is_idle()
    {
        await using var node = await TestNode.StartAsync("sfu.router.empty-linger = 1 ms");
        var client = node.Client("idle");
        for (var i = 0; i < Questions + AtOnce; i++)
        {
            if (i >= AtOnce)
            {
                await client.Asker.ExpectMsgAsync<RouterDump>(TestNode.Patience);
            }

            if (i < Questions)
            {
                client.Ask(new RouterProtocol.DumpRouter(client.NextRequest, client.Router));
            }
        }

        Assert.False(client.Asker.HasMessages);
    }
}
