'use strict';

// Writes the fixtures of the differential tests to standard output. See README.md.

const path = require('node:path');

const lib = path.join(__dirname, 'node_modules', 'mediasoup', 'node', 'lib');
const ortc = require(path.join(lib, 'ortc.js'));
const { parseScalabilityMode } = require(path.join(lib, 'scalabilityModesUtils.js'));
const { supportedRtpCapabilities } = require(path.join(lib, 'supportedRtpCapabilities.js'));
const h264 = require('h264-profile-level-id');
const clientOrtc = require('mediasoup-client').ortc;
const { testFakeParameters } = require('mediasoup-client');

// ---- seeded choice

let state = 20240607;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const pick = items => items[Math.floor(random() * items.length)];
const chance = p => random() < p;
const clone = value => JSON.parse(JSON.stringify(value));

// ---- outcomes

function attempt(action) {
  try {
    return { value: action() };
  } catch (error) {
    return { error: error.constructor.name === 'UnsupportedError' ? 'unsupported' : 'invalid' };
  }
}

// Members that the records of the tested program have; mediasoup carries others along.
const knownEncoding = ['ssrc', 'rid', 'codecPayloadType', 'rtx', 'dtx', 'scalabilityMode', 'maxBitrate'];
function strip(params) {
  const copy = clone(params);
  for (const encoding of copy.encodings ?? []) {
    for (const key of Object.keys(encoding)) {
      if (!knownEncoding.includes(key)) delete encoding[key];
    }
  }
  if (copy.rtcp) {
    for (const key of Object.keys(copy.rtcp)) {
      if (!['cname', 'reducedSize'].includes(key)) delete copy.rtcp[key];
    }
  }
  return copy;
}

class Renumbering {
  seen = new Map();
  of(ssrc) {
    if (!this.seen.has(ssrc)) this.seen.set(ssrc, this.seen.size + 1);
    return this.seen.get(ssrc);
  }
  encodings(params) {
    for (const encoding of params.encodings) {
      if (encoding.ssrc !== undefined) encoding.ssrc = this.of(encoding.ssrc);
      if (encoding.rtx) encoding.rtx.ssrc = this.of(encoding.rtx.ssrc);
    }
    return params;
  }
}

// ---- material

const audio = (name, clockRate, channels, parameters, more) =>
  ({ kind: 'audio', mimeType: `audio/${name}`, clockRate, ...(channels ? { channels } : {}), ...(parameters ? { parameters } : {}), ...more });
const video = (name, parameters, more) =>
  ({ kind: 'video', mimeType: `video/${name}`, clockRate: 90000, ...(parameters ? { parameters } : {}), ...more });
const h264Of = (id, mode = 1, asymmetry = 1) => {
  const parameters = {};
  if (mode !== undefined) parameters['packetization-mode'] = mode;
  if (id !== undefined) parameters['profile-level-id'] = id;
  if (asymmetry !== undefined) parameters['level-asymmetry-allowed'] = asymmetry;
  return video('H264', parameters);
};

const usualCodecs = [
  audio('opus', 48000, 2),
  audio('PCMU', 8000, 1),
  audio('PCMA', 8000, 1),
  video('VP8', { 'x-google-start-bitrate': 1000 }),
  video('VP9', { 'profile-id': 0, 'x-google-start-bitrate': 1000 }),
  h264Of('4d0032'),
  h264Of('42e01f'),
  video('AV1', { profile: 0 }),
];

const routers = [
  usualCodecs,
  [audio('opus', 48000, 2, { useinbandfec: 1, foo: 'bar' }), video('vp8'), h264Of('42e01f'), video('VP9', { 'profile-id': 2 })],
  [audio('opus', 48000, 2), audio('multiopus', 48000, 6, { num_streams: 4, coupled_streams: 2, channel_mapping: '0,4,1,2,3,5' }), video('VP8', undefined, { preferredPayloadType: 120 }), h264Of(undefined, undefined, undefined), h264Of('640032')],
];

const routerCases = [
  [],
  ...routers,
  [audio('opus', 48000)],
  [audio('opus', 48000, 1)],
  [audio('OPUS', 48000, 2)],
  [audio('opus', 44100, 2)],
  [video('VP8', undefined, { channels: 2 })],
  [video('H265')],
  [video('rtx', { apt: 96 })],
  [audio('PCMU', 8000), audio('PCMA', 8000), audio('G722', 8000), audio('CN', 8000), audio('CN', 16000)],
  [audio('PCMU', 8000), audio('PCMA', 8000), audio('G722', 8000), audio('CN', 32000), audio('telephone-event', 48000), audio('SILK', 12000), audio('iLBC', 8000), audio('ISAC', 32000)],
  [video('VP8', undefined, { preferredPayloadType: 100 }), video('VP9', undefined, { preferredPayloadType: 100 })],
  [video('VP8', undefined, { preferredPayloadType: 101 }), video('VP9')],
  [video('VP8'), video('VP9', undefined, { preferredPayloadType: 101 })],
  [video('VP8', undefined, { preferredPayloadType: 0 }), audio('PCMU', 8000)],
  [audio('multiopus', 48000, 4, { num_streams: 2, coupled_streams: 2 })],
  [audio('multiopus', 48000, 4, { num_streams: 2, coupled_streams: '2' })],
  [audio('multiopus', 48000, 4)],
  [h264Of('zzzzzz')],
  [video('VP8', { a: 1, b: 'x', c: 1.5 }, { rtcpFeedback: [{ type: 'foo' }] })],
  [video('VP8', { a: true })],
  [video('VP8', { apt: 'x' })],
  [{ mimeType: 'VP8', clockRate: 90000 }],
  [{ mimeType: 'video/', clockRate: 90000 }],
  [{ mimeType: 'application/rtx', clockRate: 90000 }],
  [{ mimeType: 'Video/Vp8', clockRate: 90000, kind: 'audio' }],
  [{ clockRate: 90000 }],
  [{ mimeType: 'video/VP8' }],
  Array.from({ length: 16 }, () => video('VP8')),
  Array.from({ length: 17 }, () => video('VP8')),
  Array.from({ length: 32 }, () => audio('opus', 48000, 2)),
  Array.from({ length: 33 }, () => audio('opus', 48000, 2)),
];

// What a Chromium announces, by payload type.
const feedback = [{ type: 'goog-remb' }, { type: 'transport-cc' }, { type: 'ccm', parameter: 'fir' }, { type: 'nack' }, { type: 'nack', parameter: 'pli' }];
function chromiumCodecs() {
  const codecs = [];
  const a = (pt, name, rate, channels, parameters = {}, rtcpFeedback = []) =>
    codecs.push({ mimeType: `audio/${name}`, kind: 'audio', preferredPayloadType: pt, clockRate: rate, channels, rtcpFeedback, parameters });
  const v = (pt, name, parameters = {}, rtx = undefined, rtcpFeedback = feedback) => {
    codecs.push({ mimeType: `video/${name}`, kind: 'video', preferredPayloadType: pt, clockRate: 90000, rtcpFeedback, parameters });
    if (rtx) codecs.push({ mimeType: 'video/rtx', kind: 'video', preferredPayloadType: rtx, clockRate: 90000, rtcpFeedback: [], parameters: { apt: pt } });
  };
  a(111, 'opus', 48000, 2, { minptime: 10, useinbandfec: 1 }, [{ type: 'transport-cc' }]);
  a(63, 'red', 48000, 2, {});
  a(9, 'G722', 8000, 1);
  a(0, 'PCMU', 8000, 1);
  a(8, 'PCMA', 8000, 1);
  a(13, 'CN', 8000, 1);
  a(110, 'telephone-event', 48000, 1);
  a(126, 'telephone-event', 8000, 1);
  v(96, 'VP8', {}, 97);
  const h = (pt, mode, id, rtx) => v(pt, 'H264', { 'level-asymmetry-allowed': 1, 'packetization-mode': mode, 'profile-level-id': id }, rtx);
  h(103, 1, '42001f', 104);
  h(107, 0, '42001f', 108);
  h(109, 1, '42e01f', 114);
  h(115, 0, '42e01f', 116);
  h(117, 1, '4d001f', 118);
  h(39, 0, '4d001f', 40);
  h(119, 1, 'f4001f', 120);
  v(45, 'AV1', { 'level-idx': 5, profile: 0, tier: 0 }, 46);
  v(49, 'AV1', { 'level-idx': 5, profile: 1, tier: 0 }, 50);
  v(98, 'VP9', { 'profile-id': 0 }, 99);
  v(100, 'VP9', { 'profile-id': 2 }, 101);
  v(123, 'red', {}, 124, []);
  v(125, 'ulpfec', {}, undefined, []);
  return codecs;
}
const chromiumExtensions = [
  ['audio', 'urn:ietf:params:rtp-hdrext:ssrc-audio-level', 14],
  ['audio', 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time', 2],
  ['audio', 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01', 3],
  ['audio', 'urn:ietf:params:rtp-hdrext:sdes:mid', 4],
  ['video', 'urn:ietf:params:rtp-hdrext:toffset', 1],
  ['video', 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time', 2],
  ['video', 'urn:3gpp:video-orientation', 13],
  ['video', 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01', 3],
  ['video', 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay', 5],
  ['video', 'http://www.webrtc.org/experiments/rtp-hdrext/video-content-type', 6],
  ['video', 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time', 7],
  ['video', 'urn:ietf:params:rtp-hdrext:sdes:mid', 4],
  ['video', 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id', 10],
  ['video', 'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id', 11],
  ['video', 'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension', 12],
].map(([kind, uri, preferredId]) => ({ kind, uri, preferredId, preferredEncrypt: false, direction: 'sendrecv' }));
const chromium = { codecs: chromiumCodecs(), headerExtensions: chromiumExtensions };

// What mediasoup-client makes of native capabilities and a Router's: its capabilities to receive and its parameters to send.
function browser(native, routerCaps) {
  const local = clone(native);
  const remote = clone(routerCaps);
  clientOrtc.validateAndNormalizeRtpCapabilities?.(local);
  clientOrtc.validateAndNormalizeRtpCapabilities?.(remote);
  const extended = clientOrtc.getExtendedRtpCapabilities(local, remote, false);
  return { extended, recv: clientOrtc.getRecvRtpCapabilities(extended) };
}
function sendParameters(extended, kind, wanted) {
  const parameters = clientOrtc.getSendingRtpParameters(kind, extended);
  const first = parameters.codecs.findIndex(codec => wanted === undefined || codec.mimeType.toLowerCase() === wanted);
  const codec = parameters.codecs[first];
  const rtx = parameters.codecs.find(other => other.mimeType.endsWith('/rtx') && other.parameters.apt === codec.payloadType);
  return { ...parameters, mid: '0', codecs: rtx ? [codec, rtx] : [codec] };
}

const encodingSets = [
  [{ ssrc: 1111 }],
  [{ ssrc: 1111, rtx: { ssrc: 1112 } }],
  [{ ssrc: 1111, dtx: true, maxBitrate: 64000 }],
  [{}],
  [],
  [{ rid: 'r0' }, { rid: 'r1' }, { rid: 'r2' }],
  [{ rid: 'r0', scalabilityMode: 'L1T3', maxBitrate: 100000, active: true, scaleResolutionDownBy: 4 }, { rid: 'r1', scalabilityMode: 'L1T2', maxBitrate: 300000 }, { rid: 'r2', maxBitrate: 900000 }],
  [{ ssrc: 5, rid: 'a', rtx: { ssrc: 6 } }, { ssrc: 7, rid: 'b', rtx: { ssrc: 8 } }],
  [{ ssrc: 1111, scalabilityMode: 'L3T3_KEY' }],
  [{ ssrc: 1111, scalabilityMode: 'S3T3', dtx: true }],
  [{ ssrc: 1111, scalabilityMode: 'nonsense' }],
  [{ ssrc: 1, maxBitrate: 0 }, { ssrc: 2, maxBitrate: 1.5 }],
];

// ---- cases

const fixtures = {};
fixtures.supported = (() => {
  ortc.generateRouterRtpCapabilities([]);
  return clone(supportedRtpCapabilities);
})();
fixtures.routers = routerCases.map(mediaCodecs => ({ mediaCodecs: clone(mediaCodecs), ...attempt(() => ortc.generateRouterRtpCapabilities(clone(mediaCodecs)).codecs) }));

const routerCaps = routers.map(codecs => ortc.generateRouterRtpCapabilities(clone(codecs)));
fixtures.routerCapabilities = routerCaps;

const produceInputs = [];
const add = (router, kind, parameters) => produceInputs.push({ router, kind, parameters });

const browsers = routerCaps.map(caps => browser(chromium, caps));
const fake = browser(testFakeParameters.generateNativeRtpCapabilities(), testFakeParameters.generateRouterRtpCapabilities());
for (let router = 0; router < 3; router++) {
  const { extended } = browsers[router];
  add(router, 'audio', { ...sendParameters(extended, 'audio'), encodings: [{ ssrc: 3333, dtx: true }], rtcp: { cname: 'cname-of-peer', reducedSize: true, mux: true }, msid: 'stream track' });
  for (const wanted of ['video/vp8', 'video/h264', 'video/vp9', 'video/av1']) {
    let parameters;
    try {
      parameters = sendParameters(extended, 'video', wanted);
    } catch {
      continue;
    }
    add(router, 'video', { ...parameters, encodings: clone(pick(encodingSets)), rtcp: { cname: 'x' } });
  }
}
for (const encodings of encodingSets) {
  add(0, 'video', { ...sendParameters(browsers[0].extended, 'video'), headerExtensions: [], encodings: clone(encodings) });
}
const plain = (codecs, more = {}) => ({ codecs, encodings: [{ ssrc: 1 }], ...more });
const vp8 = { mimeType: 'video/VP8', payloadType: 96, clockRate: 90000 };
const rtx = (pt, apt) => ({ mimeType: 'video/rtx', payloadType: pt, clockRate: 90000, parameters: apt === undefined ? {} : { apt } });
const coded = (codec, payloadType) => { const { kind, ...rest } = clone(codec); return { ...rest, payloadType }; };
for (const codecs of [
  [vp8, rtx(97, 96)],
  [rtx(97, 96), vp8],
  [vp8, rtx(97, 95)],
  [vp8, rtx(97)],
  [vp8, { ...rtx(97, 96), mimeType: 'video/RTX' }],
  [vp8, { mimeType: 'video/ulpfec', payloadType: 98, clockRate: 90000 }],
  [coded(h264Of('42e034'), 96), rtx(97, 96), vp8 && { ...vp8, payloadType: 98 }],
  [coded(video('VP9'), 96)],
  [coded(video('VP9', { 'profile-id': 2 }), 96)],
  [coded(video('VP9', { 'profile-id': '2' }), 96)],
  [coded(video('H265'), 96)],
  [coded(video('AV1', { profile: 0, tier: 0 }), 96)],
  [{ ...vp8, clockRate: 48000 }],
  [{ ...vp8, channels: 7, parameters: { q: 'z' }, rtcpFeedback: [{ type: 'nack' }] }],
]) {
  for (const router of [0, 1]) add(router, 'video', plain(clone(codecs)));
}
for (const id of ['42e01f', '42001f', '42e034', '42e00b', '42f00b', '4d0032', '4d001f', '640c1f', '64001f', '58f01f', 'xyz', '', undefined]) {
  for (const [mode, asymmetry] of [[1, 1], [1, undefined], [0, 1]]) {
    if (mode === 1 && asymmetry === 1 || chance(0.4)) add(mode === undefined ? 2 : pick([0, 2]), 'video', plain([coded(h264Of(id, mode, asymmetry), 96)]));
  }
}
for (const mode of ['1', 0, '', undefined]) add(2, 'video', plain([coded(h264Of(undefined, mode), 96)]));
for (const codec of [audio('opus', 48000, 2), audio('opus', 48000), audio('PCMU', 8000), audio('multiopus', 48000, 6, { num_streams: 4, coupled_streams: 2 }), audio('multiopus', 48000, 6, { num_streams: 3, coupled_streams: 2 })]) {
  for (const router of [0, 2]) add(router, 'audio', plain([coded(codec, 100)], { headerExtensions: [{ uri: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time', id: 9 }] }));
}

const consumables = [];
fixtures.producers = produceInputs.map(({ router, kind, parameters }) => {
  const input = clone(parameters);
  const outcome = attempt(() => {
    const params = clone(parameters);
    const renumbering = new Renumbering();
    ortc.validateAndNormalizeRtpParameters(params);
    const mapping = ortc.getProducerRtpParametersMapping(params, clone(routerCaps[router]));
    const consumable = ortc.getConsumableRtpParameters(kind, params, clone(routerCaps[router]), mapping);
    for (const encoding of mapping.encodings) encoding.mappedSsrc = renumbering.of(encoding.mappedSsrc);
    const result = { parameters: strip(params), mapping: clone(mapping), consumable: renumbering.encodings(strip(consumable)) };
    if (result.consumable.encodings.length) consumables.push({ router, kind, consumable: result.consumable });
    return { mapping: result.mapping, consumable: { ...result.consumable, headerExtensions: result.consumable.headerExtensions.map(e => e.id) }, codecs: result.parameters.codecs };
  });
  return { router, kind, parameters: input, ...outcome };
});

// ---- peers that consume

const drop = (list, p) => list.filter(() => !chance(p));
function peers(router, kind) {
  const recv = browsers[router].recv;
  const own = clone(recv);
  return [
    own,
    { codecs: own.codecs.filter(codec => !codec.mimeType.endsWith('/rtx')), headerExtensions: own.headerExtensions },
    { codecs: drop(own.codecs, 0.5), headerExtensions: drop(own.headerExtensions, 0.5) },
    { codecs: own.codecs.map(codec => ({ ...codec, rtcpFeedback: drop(codec.rtcpFeedback ?? [], 0.4).concat([{ type: 'own', parameter: 'thing' }]) })), headerExtensions: own.headerExtensions.filter(e => !e.uri.includes('transport-wide')) },
    { codecs: own.codecs, headerExtensions: own.headerExtensions.map(e => ({ ...e, preferredId: e.preferredId + (chance(0.5) ? 1 : 0), direction: pick(['sendrecv', 'recvonly', 'inactive']) })) },
    { codecs: [], headerExtensions: [] },
    { codecs: own.codecs.filter(codec => codec.mimeType.endsWith('/rtx')) },
  ];
}
const narrow = (caps, kind, consumable) => ({
  ...caps,
  codecs: caps.codecs.filter(codec => consumable.codecs.some(c => c.mimeType.toLowerCase() === codec.mimeType.toLowerCase()) || chance(0.08)),
  ...(caps.headerExtensions ? { headerExtensions: caps.headerExtensions.filter(e => e.kind === kind) } : {}),
});

fixtures.consumers = [];
const chosen = consumables.filter((_, i) => i % 2 === 0 || i < 14).slice(0, 26);
fixtures.consumables = chosen.map(entry => entry.consumable);
chosen.forEach(({ router, kind, consumable }, index) => {
  const all = peers(router, kind);
  for (const peer of [all[index % all.length], all[(index * 3 + 1) % all.length], pick(all)]) {
    const caps = narrow(peer, kind, consumable);
    const [enableRtx, pipe] = [chance(0.75), chance(0.2)];
    const normal = clone(caps);
    ortc.validateAndNormalizeRtpCapabilities(normal);
    const can = ortc.canConsume(clone(consumable), clone(normal));
    const outcome = attempt(() => {
      const params = ortc.getConsumerRtpParameters({ consumableRtpParameters: clone(consumable), remoteRtpCapabilities: clone(normal), pipe, enableRtx });
      return new Renumbering().encodings(strip(params));
    });
    if (outcome.value) outcome.value.headerExtensions = outcome.value.headerExtensions.map(e => e.id);
    fixtures.consumers.push({ consumable: index, capabilities: caps, enableRtx, pipe, can, ...outcome });
  }
});
fixtures.pipes = chosen.slice(0, 14).map(({ consumable }, index) => {
  const enableRtx = index % 2 === 0;
  const value = new Renumbering().encodings(strip(ortc.getPipeConsumerRtpParameters({ consumableRtpParameters: clone(consumable), enableRtx })));
  value.headerExtensions = value.headerExtensions.map(e => e.id);
  return { consumable: index, enableRtx, value };
});

// ---- single member changed: does mediasoup still take it?

const base = {
  capabilities: { codecs: [clone(chromium.codecs[0]), ...clone(chromium.codecs.slice(8, 10))], headerExtensions: clone(chromiumExtensions.slice(0, 2)) },
  parameters: {
    mid: '1',
    codecs: [{ ...vp8, parameters: { a: 1, b: 'c' }, rtcpFeedback: [{ type: 'nack', parameter: 'pli' }] }, { ...rtx(97, 96), rtcpFeedback: [] }, { mimeType: 'audio/opus', payloadType: 98, clockRate: 48000, channels: 2, parameters: {}, rtcpFeedback: [{ type: 'transport-cc' }] }],
    headerExtensions: [{ uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 4, encrypt: false, parameters: { x: 1 } }],
    encodings: [{ ssrc: 11, rid: 'r0', rtx: { ssrc: 12 }, dtx: true, scalabilityMode: 'L1T3', maxBitrate: 5, codecPayloadType: 96 }],
    rtcp: { cname: 'c', reducedSize: true, mux: true },
    msid: 's t',
  },
};
const values = [{ delete: true }, ...[null, 0, 1, -1, 1.5, 1e12, '', 'x', true, false, [], {}, [1], [null]].map(value => ({ value }))];
function members(node, prefix) {
  const found = [];
  for (const [key, value] of Object.entries(node)) {
    const at = [...prefix, Array.isArray(node) ? Number(key) : key];
    found.push(at);
    if (value && typeof value === 'object') found.push(...members(value, at));
  }
  return found;
}
function changes(document, validate) {
  const cases = [];
  for (const at of members(document, [])) {
    for (const change of values) {
      const copy = clone(document);
      let parent = copy;
      for (const key of at.slice(0, -1)) parent = parent[key];
      const last = at[at.length - 1];
      if (change.delete && Array.isArray(parent)) continue;
      if (change.delete) delete parent[last];
      else parent[last] = clone(change.value);
      cases.push([at.join('/'), ...(change.delete ? [] : [change.value]), attempt(() => validate(copy)).error ? 'refused' : 'taken']);
    }
  }
  return cases;
}
const grouped = cases => {
  const byPath = {};
  for (const [at, ...rest] of cases) (byPath[at] ??= []).push(rest);
  return byPath;
};
fixtures.changes = {
  capabilities: { document: base.capabilities, changes: grouped(changes(base.capabilities, ortc.validateAndNormalizeRtpCapabilities)) },
  parameters: { document: base.parameters, changes: grouped(changes(base.parameters, ortc.validateAndNormalizeRtpParameters)) },
};
fixtures.documents = {
  chromium,
  fakeNative: testFakeParameters.generateNativeRtpCapabilities(),
  fakeReceive: fake.recv,
  fakeDtls: testFakeParameters.generateLocalDtlsParameters(),
  serverDtls: testFakeParameters.generateTransportRemoteParameters().dtlsParameters,
};
for (const [name, document] of Object.entries(fixtures.documents)) {
  if (name.endsWith('Dtls')) continue;
  const normal = clone(document);
  ortc.validateAndNormalizeRtpCapabilities(normal);
  fixtures.documents[name] = { document, normal };
}

// ---- tables

const ids = ['42e01f', '42001f', '4d0032', '640032', '4D0032', '42f00b', '42100b', '58f01f', '58801f', '4de01f', '4d001f', 'f4001f', '42e0ff', 'zzz', '', '42e01', '42e01f0', '580000', '000000', '42e000', '420000', ' 42e01f', '42e01f ', '+42e01', '0x42e0', '6e0032', '640c1f', '420b1f', '42900b', '64080b', '640c34', '42e034', '42e015', '4d401f', '4d801f', '42c01f', '42401f', '42a01f', '4d100b', '64100b', 'f4100b', '64000b', '42e009'];
fixtures.h264Ids = ids.map(id => {
  const parsed = id === '' ? undefined : h264.parseProfileLevelId(id);
  return [id, parsed ? h264.profileLevelIdToString(parsed) : null];
});
const some = ['42e01f', '42e034', '42e00b', '42f00b', '42000b', '4d0032', '4d001f', '640c1f', 'zzz', null];
fixtures.h264Answers = [];
for (const mine of some) {
  for (const theirs of some) {
    for (const [a, b] of [[1, 1], [1, 0], ['1', 1], [null, null]]) {
      const of = (id, asymmetry) => ({ ...(id === null ? {} : { 'profile-level-id': id }), ...(asymmetry === null ? {} : { 'level-asymmetry-allowed': asymmetry }) });
      const [first, second] = [of(mine, a), of(theirs, b)];
      if (a !== 1 && mine !== null && theirs !== null && mine.slice(0, 2) !== theirs.slice(0, 2)) continue;
      let answer = null;
      const same = h264.isSameProfile(first, second);
      if (same) answer = h264.generateProfileLevelIdStringForAnswer(first, second) ?? '';
      fixtures.h264Answers.push([mine, a, theirs, b, answer]);
    }
  }
}
fixtures.scalabilityModes = ['', 'L1T1', 'L1T3', 'S3T3', 'L3T3_KEY', 'L3T3_KEY_SHIFT', 'S3T3h', 'L2T1h', 'K3T1', 'l1t1', 'L0T1', 'L1T0', 'L10T10', 'L9T99', 'L100T1', 'L1T100', ' L1T1', 'L3T3h_KEY', 'S3T3_KEY', 'L1T1 x', 'L1', 'L', 'LT', 'L1T', 'T3', 'L01T1', 'L2T02', 'LxT1', 'L1TX', 'L3T3_key', '3', 'S2T3\n'].map(text => {
  const { spatialLayers, temporalLayers, ksvc } = parseScalabilityMode(text);
  return [text, spatialLayers, temporalLayers, ksvc];
});

// One case per line: differences stay readable.
const lines = Object.entries(fixtures).map(([name, value]) => Array.isArray(value)
  ? `${JSON.stringify(name)}:[\n${value.map(item => JSON.stringify(item)).join(',\n')}]`
  : `${JSON.stringify(name)}:{\n${Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${JSON.stringify(item)}`).join(',\n')}}`);
process.stdout.write(`{${lines.join(',\n')}}\n`);
