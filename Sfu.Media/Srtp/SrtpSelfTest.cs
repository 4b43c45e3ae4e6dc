using Sfu.Media.Srtp.Kernels;

namespace Sfu.Media.Srtp;

/// <summary>
/// Known answers for every profile, through the same sender and receiver that packets take, and each kernel against OpenSSL. To be
/// run at start-up, before sockets open: it finds a missing or broken OpenSSL while an operator looks on, and has the hot path
/// compiled before the first packet.
/// </summary>
public static class SrtpSelfTest
{
    // Enough calls for the runtime to compile the path anew with optimizations.
    private const int Rounds = 40;
    private const int RtpHeaderLength = 12;
    private const string Rtp = "800f1234decafbadcafebabeabababababababababababababababab";
    private const string Rtcp = "81c8000bcafebabeabababababababababababababababab";
    private const string CounterKey = "e1f97a0d3e018be0d64fa32c06de4139";
    private const string CounterSalt = "0ec675ad498afeebb6960b3aabe6";
    private const string GcmKey = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    private const string GcmSalt = "a0a1a2a3a4a5a6a7a8a9aaab";

    /// <summary>Returns when all is well. Takes some milliseconds.</summary>
    /// <exception cref="InvalidOperationException">A profile gives a wrong answer, or OpenSSL lacks what it needs.</exception>
    public static void Run()
    {
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                RunAll();
                KernelSelfTest.Run(CryptoPaths.Best);
            }
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new InvalidOperationException("SRTP cannot work with this OpenSSL: " + missing.Message, missing);
        }
    }

    private static void RunAll()
    {
        Check(
            SrtpProfile.AeadAes128Gcm,
            GcmKey[..32],
            GcmSalt,
            "800f1234decafbadcafebabec5002ede04cfdd2eb91159e0880aa06ed2976826f796b201df3131a127e8a392",
            "81c8000bcafebabec98b8b5df0392a55852b6c21ac8e7025c52c6fbea2b3b446ea31123ba88ce61e80000001");
        Check(
            SrtpProfile.AeadAes256Gcm,
            GcmKey,
            GcmSalt,
            "800f1234decafbadcafebabe0af7f21e8a90bdad7a425c9c31ed4bb1d90238917e7390a2793500e1681acaea",
            "81c8000bcafebabe8abfafa780070a90e80f9161cf4aac081ed93aaa53c15b0f3ed1a3b984167b0380000001");
        Check(
            SrtpProfile.AesCm128HmacSha1Tag80,
            CounterKey,
            CounterSalt,
            "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb",
            "81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798");
        Check(
            SrtpProfile.AesCm128HmacSha1Tag32,
            CounterKey,
            CounterSalt,
            "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc",
            "81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798");
    }

    private static void Check(SrtpProfile profile, string key, string salt, string protectedRtp, string protectedRtcp)
    {
        var keyBytes = Convert.FromHexString(key);
        var saltBytes = Convert.FromHexString(salt);
        var keys = new SrtpKeys(profile, keyBytes, saltBytes, keyBytes, saltBytes);
        using var sender = new SrtpSender(keys);
        using var receiver = new SrtpReceiver(keys);
        CheckRtp(profile, sender, receiver, Convert.FromHexString(Rtp), Convert.FromHexString(protectedRtp));
        CheckRtcp(profile, sender, receiver, Convert.FromHexString(Rtcp), Convert.FromHexString(protectedRtcp));
    }

    private static void CheckRtp(SrtpProfile profile, SrtpSender sender, SrtpReceiver receiver, byte[] plain, byte[] expected)
    {
        var buffer = new byte[plain.Length + SrtpProfiles.MaxRtpOverhead];
        var length = sender.ProtectRtp(plain, RtpHeaderLength, buffer);
        Require(length >= 0 && buffer.AsSpan(0, length).SequenceEqual(expected), profile, "RTP");

        var packet = buffer.AsSpan(0, length);
        packet[^1] ^= 1;
        Require(receiver.UnprotectRtp(packet, RtpHeaderLength, out _) == SrtpStatus.AuthenticationFailed, profile, "a forged RTP tag");

        expected.CopyTo(packet);
        var status = receiver.UnprotectRtp(packet, RtpHeaderLength, out var plainLength);
        Require(status == SrtpStatus.Ok && packet[..plainLength].SequenceEqual(plain), profile, "received RTP");
        Require(receiver.UnprotectRtp(expected, RtpHeaderLength, out _) == SrtpStatus.Replayed, profile, "replayed RTP");
    }

    private static void CheckRtcp(SrtpProfile profile, SrtpSender sender, SrtpReceiver receiver, byte[] plain, byte[] expected)
    {
        var buffer = new byte[plain.Length + SrtpProfiles.MaxRtcpOverhead];
        var length = sender.ProtectRtcp(plain, buffer);
        Require(length >= 0 && buffer.AsSpan(0, length).SequenceEqual(expected), profile, "RTCP");

        var packet = buffer.AsSpan(0, length);
        packet[plain.Length - 1] ^= 1;
        Require(receiver.UnprotectRtcp(packet, out _) == SrtpStatus.AuthenticationFailed, profile, "forged RTCP");

        expected.CopyTo(packet);
        var status = receiver.UnprotectRtcp(packet, out var plainLength);
        Require(status == SrtpStatus.Ok && packet[..plainLength].SequenceEqual(plain), profile, "received RTCP");
    }

    private static void Require(bool right, SrtpProfile profile, string what)
    {
        if (!right)
        {
            throw new InvalidOperationException($"SRTP self-test: {profile} gives a wrong answer for {what}.");
        }
    }
}
