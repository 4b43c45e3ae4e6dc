using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;

namespace Sfu.Media.Remote;

/// <summary>
/// An interface of the seam, as it crosses: its methods that return nothing, by number. Both ends are the same program, so the numbers are the
/// same. Immutable; any thread.
/// </summary>
internal sealed class SeamInterface
{
    private static readonly ConcurrentDictionary<Type, SeamInterface> _known = new();

    private readonly SeamMethod[] _methods;
    private readonly FrozenDictionary<MethodInfo, SeamMethod> _byMethod;

    private SeamInterface(Type type)
    {
        var methods = type.GetMethods().Where(static method => method.ReturnType == typeof(void)).OrderBy(static method => method.Name, StringComparer.Ordinal).ToArray();
        _methods = [.. methods.Select(static (method, index) => new SeamMethod(index, method))];
        _byMethod = methods.Zip(_methods).ToFrozenDictionary(static pair => pair.First, static pair => pair.Second);
    }

    public static SeamInterface Of(Type type) => _known.GetOrAdd(type, static of => new SeamInterface(of));

    public IReadOnlyList<SeamMethod> Methods => _methods;

    public SeamMethod this[MethodInfo method] => _byMethod[method];
}
