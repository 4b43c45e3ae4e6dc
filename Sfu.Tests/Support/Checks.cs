using System.Text;
using Sfu.Media.Ice;
using Sfu.Media.Stun;

namespace Sfu.Tests.Support;

/// <summary>Connectivity checks as a client sends them.</summary>
internal static class Checks
{
    public static byte[] Request(IceParameters ice, string? password = null, bool nominate = false)
    {
        var request = new byte[256];
        var writer = new StunWriter(request, StunClass.Request, StunMethod.Binding, new byte[12]);
        writer.Write(StunAttribute.Username, Encoding.ASCII.GetBytes($"{ice.UsernameFragment}:peer"));
        writer.WriteUInt32(StunAttribute.Priority, 1);
        writer.WriteUInt64(StunAttribute.IceControlling, 7);
        if (nominate)
        {
            writer.Write(StunAttribute.UseCandidate, []);
        }

        writer.WriteMessageIntegrity(Encoding.ASCII.GetBytes(password ?? ice.Password));
        writer.WriteFingerprint();
        return request[..writer.Finish()];
    }
}
