using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Host.Signaling;

/// <summary>Turns a method's name and data into a <see cref="ClientRequest"/>, or says what is wrong with it.</summary>
internal static class ClientRequestReader
{
    private const int MaxDisplayNameLength = 100;
    private const int MaxDeviceLength = 2_000;
    private const int MaxAppDataLength = 16_000;
    private const int MaxTokenLength = 100;
    private const int MaxLayer = 7;

    public static bool TryRead(
        string method, JsonElement data, [NotNullWhen(true)] out ClientRequest? request, [NotNullWhen(false)] out RequestFailure? failure)
    {
        var fields = new RequestFields(data);
        request = null;
        failure = null;
        switch (method)
        {
            case "getRouterRtpCapabilities":
                request = new ClientRequest.GetRouterRtpCapabilities();
                break;
            case "createWebRtcTransport":
                request = new ClientRequest.CreateWebRtcTransport(fields.Flag("forceTcp"), fields.Flag("producing"), fields.Flag("consuming"));
                break;
            case "join":
                request = new ClientRequest.Join(
                    fields.Text("displayName", MaxDisplayNameLength),
                    fields.Object("device", MaxDeviceLength),
                    fields.OptionalRtpCapabilities("rtpCapabilities"),
                    fields.Flag("movesTransports"));
                break;
            case "closeTransport":
                request = new ClientRequest.CloseTransport(Transport(ref fields));
                break;
            case "connectWebRtcTransport":
                request = new ClientRequest.ConnectWebRtcTransport(
                    Transport(ref fields), fields.DtlsParameters("dtlsParameters"));
                break;
            case "restartIce":
                request = new ClientRequest.RestartIce(Transport(ref fields));
                break;
            case "produce":
                request = new ClientRequest.Produce(
                    Transport(ref fields),
                    fields.Kind("kind"),
                    fields.RtpParameters("rtpParameters"),
                    fields.Object("appData", MaxAppDataLength));
                break;
            case "closeProducer":
                request = new ClientRequest.CloseProducer(Producer(ref fields));
                break;
            case "pauseProducer":
                request = new ClientRequest.PauseProducer(Producer(ref fields));
                break;
            case "resumeProducer":
                request = new ClientRequest.ResumeProducer(Producer(ref fields));
                break;
            case "pauseConsumer":
                request = new ClientRequest.PauseConsumer(Consumer(ref fields));
                break;
            case "resumeConsumer":
                request = new ClientRequest.ResumeConsumer(Consumer(ref fields));
                break;
            case "requestConsumerKeyFrame":
                request = new ClientRequest.RequestConsumerKeyFrame(Consumer(ref fields));
                break;
            case "setConsumerPreferredLayers":
                request = new ClientRequest.SetConsumerPreferredLayers(
                    Consumer(ref fields),
                    new ConsumerLayers(fields.Integer("spatialLayer", 0, MaxLayer), fields.OptionalInteger("temporalLayer", 0, MaxLayer)));
                break;
            case "setConsumerPriority":
                request = new ClientRequest.SetConsumerPriority(Consumer(ref fields), fields.Integer("priority", 1, 255));
                break;
            case "changeDisplayName":
                request = new ClientRequest.ChangeDisplayName(fields.Text("displayName", MaxDisplayNameLength));
                break;
            case "getTransportStats":
                request = new ClientRequest.GetTransportStats(Transport(ref fields));
                break;
            case "getProducerStats":
                request = new ClientRequest.GetProducerStats(Producer(ref fields));
                break;
            case "getConsumerStats":
                request = new ClientRequest.GetConsumerStats(Consumer(ref fields));
                break;
            case "resumeSession":
                request = new ClientRequest.ResumeSession(fields.Text("token", MaxTokenLength), fields.Ids("producers"), fields.Ids("consumers"));
                break;
            case "produceData" or "getDataProducerStats" or "getDataConsumerStats":
                failure = RequestFailure.Refused("this server has no data channels");
                break;
            case "applyNetworkThrottle" or "resetNetworkThrottle":
                failure = RequestFailure.Refused("this server does not throttle its network on request");
                break;
            default:
                failure = RequestFailure.NotFound($"unknown method '{method}'");
                break;
        }

        if (fields.Problem is { } problem)
        {
            request = null;
            failure = RequestFailure.BadRequest(problem);
        }

        return failure is null && request is not null;
    }

    private static TransportId Transport(ref RequestFields fields) => new(fields.Id("transportId"));

    private static ProducerId Producer(ref RequestFields fields) => new(fields.Id("producerId"));

    private static ConsumerId Consumer(ref RequestFields fields) => new(fields.Id("consumerId"));
}
