using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Sfu.Host.Composition;

/// <summary>
/// Compiles the program's own methods ahead, besides everything else: the first client of a node, perhaps one that has just lost another
/// node, does not wait for the compiler then.
/// </summary>
internal static class CodePreparation
{
    private const BindingFlags Own =
        BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    /// <param name="logger">Is told how long it took.</param>
    /// <param name="stopping">The node ends.</param>
    /// <param name="assemblies">Whose methods.</param>
    public static void Begin(ILogger logger, CancellationToken stopping, params Assembly[] assemblies) =>
        new Thread(() => Run(logger, stopping, assemblies)) { IsBackground = true, Name = "compile-ahead", Priority = ThreadPriority.BelowNormal }.Start();

    private static void Run(ILogger logger, CancellationToken stopping, IEnumerable<Assembly> assemblies)
    {
        var watch = Stopwatch.StartNew();
        var methods = 0;
        foreach (var type in assemblies.SelectMany(static assembly => assembly.GetTypes()))
        {
            if (stopping.IsCancellationRequested)
            {
                return;
            }

            methods += Prepare(type);
        }

        logger.LogInformation("{Methods} methods were compiled ahead in {Ms} ms", methods, watch.ElapsedMilliseconds);
    }

    /// <summary>What is generic is compiled for its arguments, when it is used.</summary>
    private static int Prepare(Type type)
    {
        if (type.ContainsGenericParameters)
        {
            return 0;
        }

        var prepared = 0;
        foreach (var method in type.GetConstructors(Own).AsEnumerable<MethodBase>().Concat(type.GetMethods(Own)))
        {
            if (!method.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) && method is { IsAbstract: false, ContainsGenericParameters: false } && (method.Attributes & MethodAttributes.PinvokeImpl) == 0
                && (method.MethodImplementationFlags & (MethodImplAttributes.InternalCall | MethodImplAttributes.Runtime)) == 0)
            {
                RuntimeHelpers.PrepareMethod(method.MethodHandle);
                prepared++;
            }
        }

        return prepared;
    }
}
