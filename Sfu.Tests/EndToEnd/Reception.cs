using System.Text.Json;

namespace Sfu.Tests.EndToEnd;

/// <summary>What a page receives, summed over everybody it sees.</summary>
/// <param name="FramesDecoded">Of all video.</param>
/// <param name="FrameWidth">Of the video that has decoded most; 0 before the first frame.</param>
/// <param name="FreezeCount">Of all video.</param>
/// <param name="AudioEnergy">Of all audio; grows only with sound.</param>
/// <param name="AudioPackets">Of all audio.</param>
/// <param name="VideoCodec">Of the video that has decoded most.</param>
/// <param name="PacketsLost">Of all audio and video.</param>
/// <param name="VideosDecoded">Videos that have decoded a frame.</param>
internal sealed record Reception(
    long FramesDecoded, int FrameWidth, long FreezeCount, double AudioEnergy, long AudioPackets, string? VideoCodec, long PacketsLost, int VideosDecoded)
{
    public static Reception From(JsonElement streams)
    {
        long frames = 0, freezes = 0, audioPackets = 0, lost = 0, most = -1;
        double energy = 0;
        int width = 0, videos = 0;
        string? codec = null;
        foreach (var stream in streams.EnumerateArray())
        {
            lost += (long)Number(stream, "packetsLost");
            if (stream.GetProperty("kind").GetString() == "audio")
            {
                energy += Number(stream, "totalAudioEnergy");
                audioPackets += (long)Number(stream, "packetsReceived");
                continue;
            }

            var decoded = (long)Number(stream, "framesDecoded");
            frames += decoded;
            videos += decoded > 0 ? 1 : 0;
            freezes += (long)Number(stream, "freezeCount");
            if (decoded > most)
            {
                most = decoded;
                width = (int)Number(stream, "frameWidth");
                codec = stream.TryGetProperty("codec", out var mime) ? mime.GetString() : null;
            }
        }

        return new Reception(frames, width, freezes, energy, audioPackets, codec, lost, videos);
    }

    private static double Number(JsonElement stream, string name) =>
        stream.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;
}
