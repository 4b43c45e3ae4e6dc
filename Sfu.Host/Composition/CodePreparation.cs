using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Sfu.Actors.Serialization;
using Sfu.Media.Net;
using Sfu.Media.Remote;

namespace Sfu.Host.Composition;

/// <summary>
/// Compiles the program's own methods ahead, besides everything else: the first client of a node, perhaps one that has just lost another
/// node, does not wait for the compiler then.
/// </summary>
internal static class CodePreparation
{
    private const BindingFlags Own =
        BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    /// <summary>What the control plane needs first comes first.</summary>
    private static readonly Assembly[] s_all = [typeof(SfuSerializer).Assembly, typeof(CodePreparation).Assembly, typeof(MediaPlane).Assembly];

    private static readonly Assembly[] s_media = [typeof(MediaPlane).Assembly];

    /// <summary>A node's.</summary>
    /// <param name="logger">Is told how long it took.</param>
    /// <param name="hasMediaProcess">It speaks with one.</param>
    /// <param name="stopping">The node ends.</param>
    public static void Begin(ILogger logger, bool hasMediaProcess, CancellationToken stopping) => Begin(() =>
    {
        SfuSerializer.Prepare();
        if (hasMediaProcess)
        {
            SeamPreparation.Run();
        }

        Run(s_all, logger, stopping);
    });

    /// <summary>A media process'.</summary>
    public static void BeginMedia() => Begin(() =>
    {
        SeamPreparation.Run();
        Run(s_media, NullLogger.Instance, CancellationToken.None);
    });

    private static void Begin(ThreadStart run) =>
        new Thread(run) { IsBackground = true, Name = "compile-ahead", Priority = ThreadPriority.BelowNormal }.Start();

    private static void Run(Assembly[] assemblies, ILogger logger, CancellationToken stopping)
    {
        var watch = Stopwatch.StartNew();
        var methods = 0;
        try
        {
            foreach (var type in assemblies.SelectMany(static assembly => assembly.GetTypes()))
            {
                if (stopping.IsCancellationRequested)
                {
                    return;
                }

                methods += Prepare(type);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever this runtime would not compile ahead is compiled when it is used, as without all this.
            logger.LogWarning(e, "Code is not compiled ahead any further");
        }

        logger.LogDebug("{Methods} methods were compiled ahead in {Ms} ms", methods, watch.ElapsedMilliseconds);
    }

    /// <summary>What is generic is compiled for its arguments when it is used; what the compiler wrote, as for records, is short or seldom used.</summary>
    private static int Prepare(Type type)
    {
        if (type.ContainsGenericParameters)
        {
            return 0;
        }

        var prepared = 0;
        foreach (var method in type.GetConstructors(Own).AsEnumerable<MethodBase>().Concat(type.GetMethods(Own)).Where(IsToBeCompiled))
        {
            RuntimeHelpers.PrepareMethod(method.MethodHandle);
            prepared++;
        }

        return prepared;
    }

    private static bool IsToBeCompiled(MethodBase method) =>
        method is { IsAbstract: false, ContainsGenericParameters: false }
        && (method.Attributes & MethodAttributes.PinvokeImpl) == 0
        && (method.MethodImplementationFlags & (MethodImplAttributes.InternalCall | MethodImplAttributes.Runtime)) == 0
        && !method.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);
}
