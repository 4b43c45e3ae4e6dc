using System.Reflection;

namespace Sfu.Media.Remote;

/// <summary>A method of the seam, as it crosses: a number and its arguments. Immutable; any thread.</summary>
internal sealed class SeamMethod
{
    private readonly MethodInvoker _invoker;

    public SeamMethod(int index, MethodInfo method)
    {
        Index = index;
        Name = method.Name;
        Parameters = [.. method.GetParameters().Select(static parameter => new SeamParameter(parameter.ParameterType))];
        IsLast = method.IsDefined(typeof(Control.LastEventAttribute));
        _invoker = MethodInvoker.Create(method);
    }

    public int Index { get; }

    public string Name { get; }

    public SeamParameter[] Parameters { get; }

    /// <summary>Nothing comes for the same receiver after it.</summary>
    public bool IsLast { get; }

    public void Invoke(object receiver, Span<object?> arguments) => _invoker.Invoke(receiver, arguments);
}
