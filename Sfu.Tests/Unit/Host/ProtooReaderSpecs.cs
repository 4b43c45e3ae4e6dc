using System.Text;
using Sfu.Host.Signaling;

namespace Sfu.Tests.Unit.Host;

public sealed class ProtooReaderSpecs
{
    private static readonly byte[] s_request =
        Encoding.UTF8.GetBytes("""{"request":true,"id":42,"method":"produce","data":{"transportId":"t","kind":"audio","appData":{"ä":[1,2,{"x":null}]}}}""");

    [Fact]
    public void A_request_is_read()
    {
        var request = Assert.IsType<ProtooMessage.Request>(ProtooReader.Read(s_request));
        Assert.Equal(42, request.Id);
        Assert.Equal("produce", request.Method);
        Assert.Equal("t", request.Data.GetProperty("transportId").GetString());
    }

    [Fact]
    public void Memory_of_a_request_goes_back_and_what_is_read_after_that_is_nobody_elses()
    {
        var request = Assert.IsType<ProtooMessage.Request>(ProtooReader.Read(s_request));

        request.Memory!.Dispose();
        request.Memory.Dispose();

        Assert.Throws<ObjectDisposedException>(() => request.Data.GetProperty("transportId"));
        Assert.Equal("t", Assert.IsType<ProtooMessage.Request>(ProtooReader.Read(s_request)).Data.GetProperty("transportId").GetString());
    }

    [Fact]
    public void Absent_and_null_data_are_an_empty_object()
    {
        foreach (var text in new[] { """{"request":true,"id":1,"method":"m"}""", """{"request":true,"id":1,"method":"m","data":null}""" })
        {
            var request = Assert.IsType<ProtooMessage.Request>(ProtooReader.Read(Encoding.UTF8.GetBytes(text)));
            Assert.Equal("{}", request.Data.GetRawText());
        }
    }

    [Fact]
    public void Responses_and_notifications_are_read()
    {
        Assert.Equal(new ProtooMessage.Response(7, true, null), ProtooReader.Read("""{"response":true,"id":7,"ok":true,"data":{}}"""u8));
        Assert.Equal(
            new ProtooMessage.Response(8, false, "no"),
            ProtooReader.Read("""{"response":true,"id":8,"ok":false,"errorCode":500,"errorReason":"no"}"""u8));
        Assert.IsType<ProtooMessage.Notification>(ProtooReader.Read("""{"notification":true,"method":"n"}"""u8));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("3")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"request":"yes","id":1,"method":"m"}""")]
    [InlineData("""{"request":true,"method":"m"}""")]
    [InlineData("""{"request":true,"id":-1,"method":"m"}""")]
    [InlineData("""{"request":true,"id":1.5,"method":"m"}""")]
    [InlineData("""{"request":true,"id":"1","method":"m"}""")]
    [InlineData("""{"request":true,"id":99999999999999999999,"method":"m"}""")]
    [InlineData("""{"request":true,"id":1,"id":2,"method":"m"}""")]
    [InlineData("""{"request":true,"id":1}""")]
    [InlineData("""{"request":true,"id":1,"method":5}""")]
    [InlineData("""{"request":true,"id":1,"method":""}""")]
    [InlineData("""{"request":true,"id":1,"method":"m","data":[]}""")]
    [InlineData("""{"request":true,"id":1,"method":"\ud800"}""")]
    [InlineData("""{"response":true,"ok":true}""")]
    public void What_is_no_message_is_malformed_with_a_reason(string text)
    {
        var malformed = Assert.IsType<ProtooMessage.Malformed>(ProtooReader.Read(Encoding.UTF8.GetBytes(text)));
        Assert.NotEmpty(malformed.Reason);
    }

    [Fact]
    public void The_id_of_a_malformed_request_is_kept_for_its_answer()
    {
        var malformed = Assert.IsType<ProtooMessage.Malformed>(ProtooReader.Read("""{"request":true,"id":9,"method":5}"""u8));
        Assert.Equal(9, malformed.Id);
    }

    [Fact]
    public void Depth_without_end_is_malformed()
    {
        var deep = Encoding.UTF8.GetBytes("""{"request":true,"id":1,"method":"m","data":{"a":""" + new string('[', 5000) + new string(']', 5000) + "}}");
        Assert.IsType<ProtooMessage.Malformed>(ProtooReader.Read(deep));
    }

    [Fact]
    public void A_request_cut_anywhere_is_malformed()
    {
        for (var length = 0; length < s_request.Length; length++)
        {
            Assert.IsType<ProtooMessage.Malformed>(ProtooReader.Read(s_request.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Whatever_the_bytes_are_the_request_reader_answers()
    {
        var random = new Random(20_260);
        var bytes = new byte[s_request.Length];
        for (var round = 0; round < 20_000; round++)
        {
            s_request.CopyTo(bytes, 0);
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            if (ProtooReader.Read(bytes) is ProtooMessage.Request request)
            {
                var read = ClientRequestReader.TryRead(request.Method, request.Data, out var parsed, out var failure);
                Assert.Equal(read, parsed is not null);
                Assert.Equal(read, failure is null);
            }
        }
    }
}
