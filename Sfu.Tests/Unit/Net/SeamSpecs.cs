using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipes;
using System.Reflection;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Remote;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Net;

/// <summary>Whatever commands and events carry arrives at the other process as it was.</summary>
public sealed class SeamSpecs : IDisposable
{
    private static readonly Type[] _interfaces = [typeof(IMediaPlane), typeof(IServerEvents), typeof(ITransportEvents), typeof(IMediaPlaneEvents), typeof(IMediaProcess), typeof(IMediaProcessEvents)];

    private readonly AnonymousPipeServerStream _write = new(PipeDirection.Out);
    private readonly AnonymousPipeClientStream _read;

    public SeamSpecs() => _read = new AnonymousPipeClientStream(PipeDirection.In, _write.ClientSafePipeHandle);

    public static TheoryData<string, string> Methods
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var type in _interfaces)
            {
                foreach (var method in SeamInterface.Of(type).Methods)
                {
                    data.Add(type.Name, method.Name);
                }
            }

            return data;
        }
    }

    public void Dispose()
    {
        _write.Dispose();
        _read.Dispose();
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Arguments_arrive_as_they_were(string type, string method)
    {
        var of = Assert.Single(_interfaces, candidate => candidate.Name == type);
        var signature = of.GetMethod(method)!;
        var crossing = SeamInterface.Of(of)[signature];
        var heard = new Recorder();
        var there = new Seam(_read, Stream.Null, "there", MustNotGiveUp);
        var receiver = Recorder.Of(of, heard);
        typeof(Seam).GetMethod(nameof(Seam.Add))!.MakeGenericMethod(of).Invoke(there, [7L, receiver]);
        var here = new Seam(Stream.Null, _write, "here", MustNotGiveUp);
        var told = new List<object?[]>();
        for (var seed = 1; seed <= 200; seed++)
        {
            var values = new RandomValues(new Random(seed));
            object?[] arguments = [.. signature.GetParameters().Select(parameter => values.Of(parameter.ParameterType, parameter.Name!))];
            told.Add(arguments);
            here.Tell(7, crossing, arguments);

            // What comes after the last event is for nobody.
            if (crossing.IsLast)
            {
                break;
            }
        }

        here.End();
        there.Run((exception, failed) => throw new InvalidOperationException(failed, exception));

        Assert.Equal(told.Count, heard.Told.Count);
        foreach (var (sent, received) in told.Zip(heard.Told))
        {
            Assert.Equal(Array.ConvertAll(sent, Print), Array.ConvertAll(received, Print));
        }
    }

    /// <summary>Thousands of consumers have the same codecs and header extensions, and know them by the same names.</summary>
    [Fact]
    public void What_comes_again_is_one_object()
    {
        var heard = new Recorder();
        var there = new Seam(_read, Stream.Null, "there", MustNotGiveUp);
        there.Add(7, (IMediaPlane)Recorder.Of(typeof(IMediaPlane), heard));
        var here = new Seam(Stream.Null, _write, "here", MustNotGiveUp);
        var media = here.Other<IMediaPlane>(7);
        for (var i = 0; i < 5; i++)
        {
            var rtp = new RtpParameters
            {
                Codecs =
                [
                    new RtpCodecParameters
                    {
                        MimeType = "video/VP8",
                        PayloadType = 96,
                        ClockRate = 90_000,
                        Parameters = ParameterDictionary.Of(("x-google-start-bitrate", 1000)),
                        RtcpFeedback = [new RtcpFeedback("nack", "pli"), new RtcpFeedback("transport-cc")],
                    },
                ],
                HeaderExtensions = [new RtpHeaderExtensionParameters { Uri = RtpHeaderExtensionUri.Mid, Id = 1 }],
                Encodings = [new RtpEncodingParameters { Ssrc = (uint)i }],
                Rtcp = new RtcpParameters { Cname = "cname" },
            };
            media.AddProducer(default, i, default, new ProducerSettings($"id{i}", MediaKind.Video, rtp, new RtpMapping(), rtp, Paused: false, KeyFrameRequestDelayMs: 0));
        }

        here.End();
        there.Run((exception, failed) => throw new InvalidOperationException(failed, exception));
        var came = heard.Told.Select(static told => (ProducerSettings)told[^1]!).ToArray();
        Assert.Equal(["id0", "id1", "id2", "id3", "id4"], came.Select(static settings => settings.Id));
        Assert.Equal([0u, 1, 2, 3, 4], came.Select(static settings => settings.RtpParameters.Encodings[0].Ssrc!.Value));
        var (before, last) = (came[3].RtpParameters, came[4].RtpParameters);
        Assert.True(before.Codecs == last.Codecs);
        Assert.True(last.Codecs == came[4].ConsumableRtpParameters.Codecs);
        Assert.True(before.HeaderExtensions == last.HeaderExtensions);
        Assert.Same(before.Rtcp.Cname, last.Rtcp.Cname);
    }

    private static void MustNotGiveUp(string reason) => Assert.Fail(reason);

    /// <summary>All that is public of a value, and what is inside.</summary>
    private static string Print(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        IpEndpoint or Enum or IConvertible or ParameterValue => $"{value}",
        ITransportEvents or IServerEvents or IMediaPlaneEvents => "listener",
        IStructuralEquatable when value.GetType().GetProperty(nameof(ImmutableArray<int>.IsDefault))?.GetValue(value) is true => "never made",
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Print))}]",
        _ => $"{value.GetType().Name}({string.Join(", ", value.GetType().GetProperties().Where(static p => p.GetMethod!.GetParameters().Length == 0 && p.SetMethod is not null).Select(p => $"{p.Name}: {Print(p.GetValue(value))}"))})",
    };

    /// <summary>Notes what it is told, whichever interface it has.</summary>
    [SuppressMessage("Performance", "CA1852", Justification = "Proxies derive from it.")]
    internal class Recorder : DispatchProxy
    {
        private Recorder _notes = null!;

        public List<object?[]> Told { get; } = [];

        public static object Of(Type type, Recorder notes)
        {
            var proxy = Create(type, typeof(Recorder));
            ((Recorder)proxy)._notes = notes;
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            _notes.Told.Add([.. args ?? []]);
            return null;
        }
    }

    /// <summary>Values of any type of the seam, made by their public constructors and initializers.</summary>
    /// <summary>A callback stays where it is; of parameters only the values cross, which are prepared by themselves.</summary>
    [Fact]
    public void All_that_crosses_is_prepared() => Assert.Equal([typeof(ParameterDictionary), typeof(Action<string>)], SeamPreparation.Run());

    private sealed class RandomValues(Random random)
    {
        private readonly NullabilityInfoContext _nullability = new();

        public object? Of(Type type, string name)
        {
            if (Nullable.GetUnderlyingType(type) is { } underlying)
            {
                return random.Next(3) == 0 ? null : Of(underlying, name);
            }

            return type switch
            {
                _ when type == typeof(string) && random.Next(2) == 0 => $"{name}{random.Next(3)}", // Some come again.
                _ when type == typeof(string) => $"{name} \"ö\\ {random.Next()}",
                _ when type == typeof(bool) => random.Next(2) == 0,
                _ when type == typeof(byte) => (byte)random.Next(256),
                _ when type == typeof(ushort) => (ushort)random.Next(65536),
                _ when type == typeof(int) => random.Next(int.MinValue, int.MaxValue),
                _ when type == typeof(uint) => (uint)random.NextInt64(uint.MaxValue),
                _ when type == typeof(long) => random.NextInt64(long.MinValue, long.MaxValue),
                _ when type == typeof(ulong[]) => new[] { (ulong)random.NextInt64(), ulong.MaxValue },
                _ when type == typeof(double) => random.Next(10) == 0 ? double.NaN : random.NextDouble() * 1e6,
                _ when type.IsEnum => Enum.GetValues(type).GetValue(random.Next(Enum.GetValues(type).Length)),
                _ when type == typeof(IpEndpoint) => random.Next(2) == 0 ? IpEndpoint.FromIPv4((uint)random.NextInt64(uint.MaxValue), 443) : IpEndpoint.FromIPv6(Bytes(16), 1),
                _ when type == typeof(ParameterDictionary) => ParameterDictionary.Of(("apt", random.Next(128)), ("profile-level-id", "42e01f"), ("x", random.Next(2) == 0)),
                _ when type == typeof(Action<string>) => null,
                _ when type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>) => Items(type.GetGenericArguments()[0], name),
                _ when type == typeof(ImmutableDictionary<string, long>) => ImmutableDictionary<string, long>.Empty.Add("0.1", random.NextInt64()),
                _ when type == typeof(ITransportEvents) || type == typeof(IServerEvents) || type == typeof(IMediaPlaneEvents) => Recorder.Of(type, new Recorder()),
                _ when type.IsAbstract => Of(Derived(type), name),
                _ => Instance(type),
            };
        }

        private byte[] Bytes(int count)
        {
            var bytes = new byte[count];
            random.NextBytes(bytes);
            return bytes;
        }

        private object Items(Type type, string name)
        {
            if (random.Next(8) == 0)
            {
                return Activator.CreateInstance(typeof(ImmutableArray<>).MakeGenericType(type))!;
            }

            var items = Array.CreateInstance(type, random.Next(4));
            for (var i = 0; i < items.Length; i++)
            {
                items.SetValue(Of(type, name), i);
            }

            return typeof(ImmutableArray).GetMethods()
                .Single(static m => m.Name == nameof(ImmutableArray.Create) && m.GetParameters() is [{ ParameterType.IsArray: true }])
                .MakeGenericMethod(type).Invoke(null, [items])!;
        }

        private Type Derived(Type type)
        {
            var types = type.Assembly.GetTypes().Where(candidate => !candidate.IsAbstract && candidate.IsSubclassOf(type)).ToArray();
            return types[random.Next(types.Length)];
        }

        private object Instance(Type type)
        {
            var constructor = type.GetConstructors().Where(c => c.GetParameters() is not [{ } only] || only.ParameterType != type).MaxBy(static c => c.GetParameters().Length);
            var parameters = constructor?.GetParameters() ?? [];
            var made = constructor is null
                ? Activator.CreateInstance(type)!
                : constructor.Invoke([.. parameters.Select(p => MayBeNull(_nullability.Create(p)) ? null : Of(p.ParameterType, p.Name!))]);
            foreach (var property in type.GetProperties().Where(p => p.SetMethod is { IsPublic: true } && !parameters.Any(given => given.Name == p.Name)))
            {
                property.SetValue(made, MayBeNull(_nullability.Create(property)) ? null : Of(property.PropertyType, property.Name));
            }

            return made;
        }

        private bool MayBeNull(NullabilityInfo info) => info.ReadState == NullabilityState.Nullable && random.Next(3) == 0;
    }
}
