using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Sfu.Media.Net;

/// <summary>The kernel refused a call that the media plane cannot do without. The message names the call and the kernel's reason.</summary>
internal sealed class SystemCallException(string call, int error) : Exception($"{call}: {new Win32Exception(error).Message}")
{
    public int Error { get; } = error;

    public static SystemCallException Last(string call) => new(call, Marshal.GetLastPInvokeError());
}
