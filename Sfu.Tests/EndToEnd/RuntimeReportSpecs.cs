using System.Net;
using System.Text.Json;

namespace Sfu.Tests.EndToEnd;

/// <summary>What the process costs is told to this machine only.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class RuntimeReportSpecs
{
    [Fact]
    public async Task The_runtime_is_reported_and_what_is_posted_collects_first()
    {
        await using var host = await SfuHostProcess.StartAsync();
        using var client = new HttpClient();
        var before = await ReadAsync(await client.GetAsync(new Uri(host.Address, "/debug/runtime")));
        var after = await ReadAsync(await client.PostAsync(new Uri(host.Address, "/debug/runtime"), null));
        Assert.True(before.GetProperty("allocatedBytes").GetInt64() > 0);
        Assert.True(after.GetProperty("gen2Collections").GetInt32() > before.GetProperty("gen2Collections").GetInt32());
    }

    [Theory]
    [InlineData("X-Forwarded-For", "192.0.2.1")]
    [InlineData("Origin", "https://example.org")]
    public async Task Proxies_and_pages_do_not_get_it(string header, string value)
    {
        await using var host = await SfuHostProcess.StartAsync();
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.Address, "/debug/runtime"));
        request.Headers.Add(header, value);
        using var answer = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            return JsonElement.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
        }
    }
}
