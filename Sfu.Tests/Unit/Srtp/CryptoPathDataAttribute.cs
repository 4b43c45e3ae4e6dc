using System.Reflection;
using Sfu.Media.Srtp.Kernels;
using Xunit.Sdk;

namespace Sfu.Tests.Unit.Srtp;

/// <summary>A row for kernels of our own; skipped, and counted as that, where the processor does not run them.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class CryptoPathDataAttribute : DataAttribute
{
    private readonly CryptoPath _path;

    public CryptoPathDataAttribute(CryptoPath path)
    {
        _path = path;
        Skip = CryptoPaths.Available.Contains(path) ? null! : $"this processor has no instructions for {path}";
    }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[_path.ToString()]];
}
