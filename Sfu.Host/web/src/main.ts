import type { types } from "mediasoup-client";
import { Call, qualityOf, type CallListener, type RemotePeer } from "./call";
import { openCamera as openCameraOf, openMicrophone } from "./localMedia";
import { readParams } from "./params";
import { rate } from "./stats";
import { insecureContext, inPlainWords } from "./trouble";
import { View } from "./view";

const params = readParams(location.search);
const view = new View();
const own = "own";
const devices: { audio: MediaStreamTrack | undefined; video: MediaStreamTrack | undefined } = { audio: undefined, video: undefined };
let call: Call | undefined;
let micOn = false;
let cameraOn = false;

/** The consumer behind each picture and voice. */
const shown = new Map<string, string>();

const openCamera = (): Promise<MediaStreamTrack> => openCameraOf(params.width, params.height);

const listener: CallListener = {
  stateChanged(state, reason) {
    view.showState(state === "joined" ? "Connected" : state === "connecting" ? "Connecting …" : state === "reconnecting" ? "Reconnecting …" : "Ended");
    view.showBanner(reason);
    if (state === "closed") {
      ended(reason);
    }
  },
  peerJoined: (peer) => void view.addTile(peer.id, peer.displayName, false),
  peerLeft: (peer) => view.removeTile(peer.id),
  peerRenamed: (peer) => view.tiles.get(peer.id)?.rename(peer.displayName),
  consumerOpened(peer, consumer) {
    const tile = view.tiles.get(peer.id);
    shown.set(`${peer.id} ${consumer.kind}`, consumer.id);
    tile?.setTrack(consumer.kind, consumer.track);
    tile?.measure(consumer.kind, consumer);
    showPaused(peer, consumer);
    if (consumer.kind === "video") {
      tile?.offerLayers(qualityOf(consumer).available, (layers) => void call?.setPreferredLayers(consumer.id, layers));
    }
  },
  consumerChanged: showPaused,
  consumerClosed(peer, consumer) {
    const place = `${peer.id} ${consumer.kind}`;
    if (shown.get(place) !== consumer.id) {
      // Another one has taken over.
      return;
    }

    shown.delete(place);
    const other = [...peer.consumers.values()].findLast((c) => c.kind === consumer.kind);
    if (other !== undefined) {
      listener.consumerOpened(peer, other);
      return;
    }

    const tile = view.tiles.get(peer.id);
    tile?.setTrack(consumer.kind, undefined);
    tile?.measure(consumer.kind, undefined);
    if (consumer.kind === "video") {
      tile?.showQuality(undefined);
    }
  },
  consumerQualityChanged(peer, consumer) {
    if (consumer.kind === "video" && shown.get(`${peer.id} video`) === consumer.id) {
      view.tiles.get(peer.id)?.showQuality(qualityOf(consumer));
    }
  },
  activeSpeaker(peerId) {
    for (const [id, tile] of view.tiles) {
      tile.element.classList.toggle("speaking", id === peerId);
    }
  },
  downlinkChanged(downlink) {
    view.showDownlink(downlink === undefined ? "" : `▼ ${rate(downlink.availableBitrate)} of ${rate(downlink.desiredBitrate)}`);
  },
  notice: (text) => view.showBanner(text),
};

function showPaused(peer: RemotePeer, consumer: types.Consumer): void {
  const paused = consumer.appData.producerPaused === true;
  const tile = view.tiles.get(peer.id);
  if (consumer.kind === "video") {
    tile?.showVideo(!paused);
  } else {
    tile?.showMuted(paused);
  }
}

async function join(): Promise<void> {
  view.showJoining();
  const troubles: string[] = [];
  await open("audio", view.withAudio.checked, openMicrophone, troubles);
  await open("video", view.withVideo.checked, openCamera, troubles);
  micOn = devices.audio !== undefined;
  cameraOn = devices.video !== undefined;

  const name = view.name.value.trim();
  const room = view.room.value.trim();
  history.replaceState(null, "", `?${withRoom(room, name)}`);
  view.showCall(room);
  const tile = view.addTile(own, `${name} (you)`, true);
  tile.setTrack("audio", devices.audio);
  tile.setTrack("video", devices.video);
  view.showDevices(micOn, cameraOn);

  const peerId = crypto.getRandomValues(new Uint32Array(2)).reduce((id, part) => id + part.toString(36), "p");
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const query = new URLSearchParams({ roomId: room, peerId });
  call = new Call(
    {
      url: `${scheme}://${location.host}/ws?${query}`,
      displayName: name,
      codec: params.codec,
      layers: params.layers,
      scalabilityMode: params.scalabilityMode,
      forceTcp: params.forceTcp,
      audio: devices.audio,
      video: devices.video,
    },
    listener,
  );
  listener.stateChanged("connecting", troubles.join(" "));
}

async function open(kind: "audio" | "video", wanted: boolean, opener: () => Promise<MediaStreamTrack>, troubles: string[]): Promise<void> {
  if (!wanted) {
    return;
  }

  try {
    devices[kind] = await opener();
  } catch (error) {
    // The same reason twice (an insecure page) is said once.
    const words = inPlainWords(error);
    if (!troubles.includes(words)) {
      troubles.push(words);
    }
  }
}

function withRoom(room: string, name: string): URLSearchParams {
  const query = new URLSearchParams(location.search);
  query.set("room", room);
  query.set("name", name);
  return query;
}

function ended(reason: string): void {
  devices.audio?.stop();
  devices.video?.stop();
  devices.audio = devices.video = undefined;
  view.showLobby(reason);
}

async function toggleMicrophone(): Promise<void> {
  if (call === undefined) {
    return;
  }

  if (devices.audio === undefined) {
    devices.audio = await openMicrophone();
    await call.publish("audio", devices.audio);
    micOn = true;
  } else {
    micOn = !micOn;
    await call.setPaused("audio", !micOn);
  }
}

/** Turning the camera off closes it, so that its lamp goes out. */
async function toggleCamera(): Promise<void> {
  if (call === undefined) {
    return;
  }

  const tile = view.tiles.get(own);
  if (devices.video === undefined) {
    devices.video = await openCamera();
    tile?.setTrack("video", devices.video);
    cameraOn = true;
    await call.publish("video", devices.video);
  } else {
    devices.video.stop();
    devices.video = undefined;
    tile?.setTrack("video", undefined);
    cameraOn = false;
    await call.unpublish("video");
  }
}

async function pressed(button: HTMLButtonElement, action: () => Promise<void>): Promise<void> {
  button.disabled = true;
  try {
    await action();
  } catch (error) {
    view.showBanner(inPlainWords(error));
  } finally {
    button.disabled = false;
    view.showDevices(micOn, cameraOn);
    view.tiles.get(own)?.showMuted(!micOn && devices.audio !== undefined);
  }
}

async function refreshStats(): Promise<void> {
  const tile = view.tiles.get(own);
  tile?.measure("audio", call?.producers.get("audio"));
  tile?.measure("video", call?.producers.get("video"));
  await Promise.all([...view.tiles.values()].map((t) => t.refresh()));
}

view.form.addEventListener("submit", (event) => {
  event.preventDefault();
  void join();
});
view.mute.addEventListener("click", () => void pressed(view.mute, toggleMicrophone));
view.camera.addEventListener("click", () => void pressed(view.camera, toggleCamera));
view.leave.addEventListener("click", () => call?.leave());
window.addEventListener("pagehide", () => call?.leave());
window.setInterval(() => void refreshStats(), 1000);

view.name.value = params.name;
view.room.value = params.room === "" ? "lobby" : params.room;
view.withAudio.checked = params.audio;
view.withVideo.checked = params.video;
if (!window.isSecureContext) {
  view.showLobbyMessage(insecureContext);
}

if (params.autojoin) {
  if (view.name.value === "") {
    view.name.value = "Guest";
  }

  void join();
}

/** What tests and curious people read. */
declare global {
  interface Window {
    __sfu: unknown;
  }
}

async function consumerStats(): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const peer of call?.peers.values() ?? []) {
    for (const consumer of peer.consumers.values()) {
      const report = await consumer.getStats();
      for (const entry of report.values()) {
        if (entry.type === "inbound-rtp") {
          all.push({ ...entry, peerId: peer.id, consumerId: consumer.id, codec: report.get(entry.codecId)?.mimeType });
        }
      }
    }
  }

  return all;
}

async function producerStats(): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const producer of call?.producers.values() ?? []) {
    const report = await producer.getStats();
    for (const entry of report.values()) {
      if (entry.type === "outbound-rtp") {
        all.push({ ...entry, producerId: producer.id, codec: report.get(entry.codecId)?.mimeType });
      }
    }
  }

  return all;
}

async function transportStats(): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const transport of [call?.sendTransport, call?.recvTransport]) {
    if (transport !== undefined && !transport.closed) {
      const report = await transport.getStats();
      const entries = [...report.values()].filter((e) => e.type === "transport" || (e.type === "candidate-pair" && e.nominated));
      all.push({ direction: transport.direction, connectionState: transport.connectionState, entries });
    }
  }

  return all;
}

window.__sfu = {
  get state() {
    return call?.state ?? "lobby";
  },
  get reason() {
    return call?.reason ?? "";
  },
  get peers() {
    return [...(call?.peers.values() ?? [])].map((p) => ({
      id: p.id,
      displayName: p.displayName,
      consumers: [...p.consumers.values()].map((c) => ({
        id: c.id,
        kind: c.kind,
        paused: c.appData.producerPaused === true,
        ...qualityOf(c),
      })),
    }));
  },
  get transports() {
    return [call?.sendTransport, call?.recvTransport]
      .filter((t) => t !== undefined)
      .map((t) => ({ id: t.id, direction: t.direction, connectionState: t.connectionState }));
  },
  get producers() {
    return [...(call?.producers.values() ?? [])].map((p) => ({ id: p.id, kind: p.kind, paused: p.paused }));
  },
  get producerScores() {
    return Object.fromEntries(call?.producerScores ?? []);
  },
  get downlink() {
    return call?.downlink;
  },
  /** Who lights up. */
  get speaking() {
    return [...view.tiles.values()].filter((t) => t.element.classList.contains("speaking")).map((t) => t.element.dataset.peer);
  },
  get history() {
    return call?.history ?? [];
  },
  get call() {
    return call;
  },
  /** Of every remote video. */
  async setPreferredLayers(spatial: number, temporal: number) {
    for (const peer of call?.peers.values() ?? []) {
      for (const consumer of peer.consumers.values()) {
        if (consumer.kind === "video") {
          await call?.setPreferredLayers(consumer.id, { spatial, temporal });
        }
      }
    }
  },
  consumerStats,
  producerStats,
  transportStats,
};
