using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Sfu.Media.Net;

/// <summary>The kernel refused a call that the media plane cannot do without. The message names the call and the kernel's reason.</summary>
internal sealed class SystemCallException(string call, int error) : Exception($"{call}: {new Win32Exception(error).Message}")
{
    public int Error { get; } = error;

    /// <param name="call">
    /// Put into words only after the kernel's reason was read: formatting may make system calls of its own, with reasons of their own.
    /// </param>
    public static SystemCallException Last(FormattableString call)
    {
        var error = Marshal.GetLastPInvokeError();
        return new SystemCallException(FormattableString.Invariant(call), error);
    }
}
