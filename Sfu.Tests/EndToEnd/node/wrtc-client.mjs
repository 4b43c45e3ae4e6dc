// One participant on libwebrtc without a browser: `node wrtc-client.mjs WEBSOCKET_URL`. It publishes a moving picture and a tone, consumes
// everybody else, prints one line of JSON per half second, and leaves at SIGINT or SIGTERM.
import wrtc from "@roamhq/wrtc";
import mediasoup from "mediasoup-client";
import protoo from "protoo-client";

const { RTCAudioSource, RTCAudioSink, RTCVideoSource, RTCVideoSink } = wrtc.nonstandard;
for (const name of ["RTCPeerConnection", "RTCSessionDescription", "RTCIceCandidate", "RTCRtpSender", "RTCRtpReceiver", "MediaStream", "MediaStreamTrack"]) {
  globalThis[name] ??= wrtc[name];
}

const width = 320;
const height = 240;
const sampleRate = 48000;
const report = { framesReceived: 0, framesSent: 0, audioLevel: 0, consumers: 0, states: [] };

const peer = new protoo.Peer(new protoo.WebSocketTransport(process.argv[2]));
peer.on("close", () => fail("the server closed the session"));
const timers = [];
let receive;

peer.on("request", async (request, accept, reject) => {
  try {
    if (request.method !== "newConsumer") {
      throw new Error(`unexpected request ${request.method}`);
    }

    const { id, producerId, kind, rtpParameters } = request.data;
    const consumer = await receive.consume({ id, producerId, kind, rtpParameters });
    report.consumers++;
    listen(consumer.track, kind);
    accept();
  } catch (error) {
    reject(500, String(error));
    fail(error);
  }
});

peer.on("open", async () => {
  try {
    const device = new mediasoup.Device({ handlerName: "Chrome111" });
    await device.load({ routerRtpCapabilities: await peer.request("getRouterRtpCapabilities") });
    const send = await transport(device, true);
    receive = await transport(device, false);
    await peer.request("join", { displayName: "wrtc", device: {}, rtpCapabilities: device.recvRtpCapabilities });
    await send.produce({ track: tone() });
    await send.produce({ track: picture() });
    timers.push(setInterval(async () => print(send), 500));
  } catch (error) {
    fail(error);
  }
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, leave);
}

function leave() {
  timers.forEach(clearInterval);
  peer.removeAllListeners("close");
  peer.close();
  // The close frame needs a moment; the native threads of libwebrtc would keep the process alive.
  setTimeout(() => process.exit(0), 300);
}

async function transport(device, producing) {
  const parameters = await peer.request("createWebRtcTransport", { forceTcp: false, producing, consuming: !producing });
  const created = producing ? device.createSendTransport(parameters) : device.createRecvTransport(parameters);
  created.on("connect", ({ dtlsParameters }, done, failed) =>
    peer.request("connectWebRtcTransport", { transportId: created.id, dtlsParameters }).then(done, failed));
  created.on("produce", ({ kind, rtpParameters, appData }, done, failed) =>
    peer.request("produce", { transportId: created.id, kind, rtpParameters, appData }).then(done, failed));
  created.on("connectionstatechange", (state) => report.states.push(`${producing ? "send" : "recv"} ${state}`));
  return created;
}

function picture() {
  const source = new RTCVideoSource();
  const data = new Uint8ClampedArray(width * height * 1.5).fill(128);
  let frame = 0;
  timers.push(setInterval(() => {
    frame++;
    for (let y = 0; y < height; y++) {
      data.fill((y + frame * 4) & 0xff, y * width, y * width + width);
    }

    source.onFrame({ width, height, data });
  }, 50));
  return source.createTrack();
}

function tone() {
  const source = new RTCAudioSource();
  const samples = new Int16Array(sampleRate / 100);
  let phase = 0;
  timers.push(setInterval(() => {
    for (let i = 0; i < samples.length; i++) {
      samples[i] = 12000 * Math.sin(phase);
      phase += (2 * Math.PI * 440) / sampleRate;
    }

    source.onData({ samples, sampleRate, bitsPerSample: 16, channelCount: 1, numberOfFrames: samples.length });
  }, 10));
  return source.createTrack();
}

function listen(track, kind) {
  if (kind === "video") {
    new RTCVideoSink(track).onframe = () => report.framesReceived++;
  } else {
    new RTCAudioSink(track).ondata = ({ samples }) => {
      const peak = samples.reduce((most, s) => Math.max(most, Math.abs(s)), 0) / 32768;
      report.audioLevel = Math.max(report.audioLevel * 0.99, peak);
    };
  }
}

async function print(send) {
  const stats = [...(await send.getStats()).values()];
  report.framesSent = stats.filter((s) => s.type === "outbound-rtp" && s.kind === "video").reduce((n, s) => n + (s.framesSent ?? 0), 0);
  const path = stats.find((s) => s.type === "transport");
  report.dtlsState = path?.dtlsState;
  report.srtpCipher = path?.srtpCipher;
  console.log(JSON.stringify(report));
}

function fail(error) {
  console.error(error);
  process.exit(1);
}
