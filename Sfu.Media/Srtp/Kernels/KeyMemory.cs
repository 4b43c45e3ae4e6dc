using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>
/// Native memory for key material: at the start of a cache line, never moved by the collector, zeroed before it is freed.
/// </summary>
internal sealed unsafe class KeyMemory : SafeHandle
{
    private const int Alignment = 64;

    private readonly int _length;

    public KeyMemory(int length)
        : base(0, ownsHandle: true)
    {
        _length = length;
        SetHandle((nint)NativeMemory.AlignedAlloc((nuint)length, Alignment));
        NativeMemory.Clear((void*)handle, (nuint)length);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Valid until disposal. Users keep the object alive for as long as they use it.</summary>
    public byte* Pointer => (byte*)handle;

    protected override bool ReleaseHandle()
    {
        CryptographicOperations.ZeroMemory(new Span<byte>((void*)handle, _length));
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }
}
