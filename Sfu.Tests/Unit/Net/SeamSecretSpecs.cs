using System.Buffers;
using System.Reflection;
using System.Text;
using Sfu.Media.Remote;

namespace Sfu.Tests.Unit.Net;

/// <summary>What has crossed between the two processes lies in no buffer any more: the keys of plain transports are among it.</summary>
public sealed class SeamSecretSpecs
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);
    private static readonly byte[] s_secret = Encoding.UTF8.GetBytes("a master key and its salt, in base64");

    [Fact]
    public void Receiver_forgets_a_frame_with_the_next_one()
    {
        var stream = Frames(s_secret, [1], [2]);
        var receiver = new FrameReceiver(stream);
        Assert.True(receiver.TryReceive(out var frame) && frame.SequenceEqual(s_secret));

        Assert.True(receiver.TryReceive(out frame) && frame.SequenceEqual((ReadOnlySpan<byte>)[1]));

        Assert.False(Holds(Buffer(receiver)));
        Assert.True(receiver.TryReceive(out frame) && frame.SequenceEqual((ReadOnlySpan<byte>)[2]));
        Assert.False(receiver.TryReceive(out _));
    }

    [Fact]
    public void Receiver_that_moves_what_it_has_leaves_nothing_behind()
    {
        // The secret is read in part, and moved: within the buffer, or to a larger one for the frame behind it.
        var receiver = new FrameReceiver(Frames(new byte[(64 * 1024) - sizeof(int) - 40], s_secret, new byte[100_000], [1]));
        Assert.True(receiver.TryReceive(out _));
        var first = Buffer(receiver);
        Assert.True(receiver.TryReceive(out var frame) && frame.SequenceEqual(s_secret));
        Assert.True(receiver.TryReceive(out _));
        Assert.True(receiver.TryReceive(out _));

        Assert.NotSame(first, Buffer(receiver));
        Assert.DoesNotContain(first, static b => b != 0);
        Assert.False(Holds(Buffer(receiver)));
    }

    [Fact]
    public async Task Sender_forgets_what_it_has_written()
    {
        using var written = new RecordingStream();
        var sender = new FrameSender(written, "sender", static () => { });
        var buffers = Buffers(sender);
        sender.Add(s_secret);
        sender.End();
        await written.Closed.Task.WaitAsync(s_deadline);

        Assert.True(Holds(written.ToArray()));
        Assert.DoesNotContain(buffers, Holds);
        Assert.DoesNotContain(Buffers(sender), Holds);
    }

    [Fact]
    public async Task Who_tells_forgets_what_it_told()
    {
        using var written = new RecordingStream();
        var seam = new Seam(Stream.Null, written, "here", static reason => Assert.Fail(reason));
        seam.Other<IMediaProcessEvents>(SeamNumbers.Process).Warned(Encoding.UTF8.GetString(s_secret));
        var buffer = (ArrayBufferWriter<byte>)typeof(Seam).GetField("t_buffer", BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!;

        Assert.False(Holds(Buffer(buffer)));
        seam.End();
        await written.Closed.Task.WaitAsync(s_deadline);
        Assert.True(Holds(written.ToArray()));
    }

    private static MemoryStream Frames(params byte[][] frames) =>
        new([.. frames.SelectMany(static frame => (byte[])[.. BitConverter.GetBytes(frame.Length), .. frame])]);

    /// <summary>Whole or in part.</summary>
    private static bool Holds(byte[] buffer) => buffer.AsSpan().IndexOf(s_secret.AsSpan(0, 12)) >= 0 || buffer.AsSpan().IndexOf(s_secret.AsSpan(^12..)) >= 0;

    private static byte[][] Buffers(FrameSender sender) =>
        [.. ((string[])["_gathering", "_leaving"]).Select(name => Buffer(Field<ArrayBufferWriter<byte>>(sender, name)))];

    private static byte[] Buffer(object owner) => Field<byte[]>(owner, "_buffer");

    private static T Field<T>(object owner, string name) =>
        (T)owner.GetType().GetField(name, BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(owner)!;

    private sealed class RecordingStream : MemoryStream
    {
        public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            Closed.TrySetResult();
        }
    }
}
