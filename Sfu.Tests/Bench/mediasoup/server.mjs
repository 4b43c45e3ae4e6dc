// One worker, one router (and more on request) and one WebRtcServer of mediasoup for the benchmark, at one UDP port of 127.0.0.1.
//
// First line out:   {"workerPid": …, "rtpCapabilities": …}
// A line in:        {"id": 1, "method": "router" | "transport" | "connect" | "produce" | "consume" | "stats", "data": …}
// Its answer:       {"id": 1, "data": …} or {"id": 1, "error": "…"}
//
// It ends with its standard input. MEDIASOUP_WORKER_BIN names the worker.
import { createInterface } from 'node:readline';
import { createWorker } from 'mediasoup';

// Publishers are many in one process, and what they send comes in bursts.
const socketBytes = 4 << 20;

const vp8 = { kind: 'video', mimeType: 'video/VP8', clockRate: 90000 };
const vp9 = { kind: 'video', mimeType: 'video/VP9', clockRate: 90000, parameters: { 'profile-id': 0 } };
const av1 = { kind: 'video', mimeType: 'video/AV1', clockRate: 90000 };

// Between servers only: no browser offers it.
const packetId = 'urn:mediasoup:params:rtp-hdrext:packet-id';

const worker = await createWorker({ logLevel: 'warn' });
worker.on('died', (error) => {
  console.error(`The worker ended: ${error.message}`);
  process.exit(1);
});
const router = await worker.createRouter({ mediaCodecs: [vp8] });
const webRtcServer = await worker.createWebRtcServer({ listenInfos: [{ protocol: 'udp', ip: '127.0.0.1', recvBufferSize: socketBytes, sendBufferSize: socketBytes }] });
const routers = new Map();
const transports = new Map();

const capabilitiesOf = ({ rtpCapabilities: { codecs, headerExtensions } }) =>
  ({ codecs, headerExtensions: headerExtensions.filter(({ uri }) => uri !== packetId) });

const methods = {
  async router() {
    const another = await worker.createRouter({ mediaCodecs: [vp8, vp9, av1] });
    routers.set(another.id, another);
    return { id: another.id, rtpCapabilities: capabilitiesOf(another) };
  },

  // Without routerId: of the one that is there from the start.
  async transport(data) {
    const transport = await (routers.get(data?.routerId) ?? router).createWebRtcTransport({ webRtcServer });
    transports.set(transport.id, transport);
    const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
    return { id, iceParameters, iceCandidates, dtlsParameters };
  },

  async connect({ transportId, dtlsParameters }) {
    await transports.get(transportId).connect({ dtlsParameters });
    return {};
  },

  async produce({ transportId, kind, rtpParameters }) {
    const { id } = await transports.get(transportId).produce({ kind, rtpParameters });
    return { id };
  },

  async consume({ transportId, producerId, rtpCapabilities }) {
    const { id, rtpParameters } = await transports.get(transportId).consume({ producerId, rtpCapabilities });
    return { id, rtpParameters };
  },

  stats({ transportIds }) {
    return Promise.all(transportIds.map((id) => transports.get(id).getStats()));
  },
};

const write = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

const lines = createInterface({ input: process.stdin });
lines.on('line', async (line) => {
  const { id, method, data } = JSON.parse(line);
  try {
    write({ id, data: await methods[method](data) });
  } catch (error) {
    write({ id, error: `${method}: ${error.message}` });
  }
});
lines.on('close', () => {
  worker.close();
  process.exit(0);
});

write({ workerPid: worker.pid, rtpCapabilities: capabilitiesOf(router) });
