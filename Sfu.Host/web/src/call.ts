import { Device, type types } from "mediasoup-client";
import { Peer, WebSocketTransport, type ProtooNotification, type ProtooRequest } from "protoo-client";
import { cameraEncodings, layersOf, type Layers } from "./layers";
import { inPlainWords, Trouble } from "./trouble";

export type CallState = "connecting" | "joined" | "reconnecting" | "closed";

export interface RemotePeer {
  id: string;
  displayName: string;
  consumers: Map<string, types.Consumer>;
}

/** What the server says of a consumer, beside what the browser knows. */
export interface ConsumerQuality {
  type: string;
  /** How many there are to choose from. */
  available: Layers;
  /** What arrives now; undefined: nothing, or there is no choice. */
  current: Layers | undefined;
  /** What was asked for; undefined: the best. */
  preferred: Layers | undefined;
  /** 0 … 10; undefined: not known yet. */
  score: number | undefined;
}

/** The server's estimate of the way to this browser, in bit/s. */
export interface Downlink {
  availableBitrate: number;
  desiredBitrate: number;
}

export interface CallOptions {
  url: string;
  displayName: string;
  codec: string | undefined;
  layers: boolean;
  scalabilityMode: string | undefined;
  forceTcp: boolean;
  audio: MediaStreamTrack | undefined;
  video: MediaStreamTrack | undefined;
}

export interface CallListener {
  stateChanged(state: CallState, reason: string): void;
  peerJoined(peer: RemotePeer): void;
  peerLeft(peer: RemotePeer): void;
  peerRenamed(peer: RemotePeer): void;
  consumerOpened(peer: RemotePeer, consumer: types.Consumer): void;
  consumerChanged(peer: RemotePeer, consumer: types.Consumer): void;
  consumerClosed(peer: RemotePeer, consumer: types.Consumer): void;
  consumerQualityChanged(peer: RemotePeer, consumer: types.Consumer): void;
  activeSpeaker(peerId: string | undefined): void;
  downlinkChanged(downlink: Downlink | undefined): void;
  notice(text: string): void;
}

/**
 * One person's part in a room: signalling, the two transports, what is published and what is received.
 * A lost WebSocket leaves media flowing: the session is resumed when it comes back within the server's grace
 * period, and built anew otherwise.
 */
export class Call {
  readonly peers = new Map<string, RemotePeer>();
  state: CallState = "connecting";
  /** Why the call is in its state, in plain words; empty when nothing is wrong. */
  reason = "";
  sendTransport: types.Transport | undefined;
  recvTransport: types.Transport | undefined;
  readonly producers = new Map<types.MediaKind, types.Producer>();
  downlink: Downlink | undefined;
  /** Scores of what is published, by encoding. */
  readonly producerScores = new Map<string, unknown>();
  /** What has happened to the call so far, for people who look for the reason of something. */
  readonly history: string[] = [];

  private readonly options: CallOptions;
  private readonly listener: CallListener;
  private signaling: Peer;
  private readonly tracks = new Map<types.MediaKind, MediaStreamTrack>();
  private device: Device | undefined;
  /** Old transports whose media is coming over to a new one. */
  private readonly leaving = new Set<types.Transport>();
  /** Which of the two is looking for a new place. */
  private readonly moving = new Set<string>();
  private resumeToken: string | undefined;
  /** Grows with every building-up of the session; work of an older one is dropped. */
  private epoch = 0;
  /** Counts openings of the WebSocket: requests of an earlier one fail late, by time-out, and mean nothing any more. */
  private attempts = 0;
  private wasJoined = false;
  private watchdog: number | undefined;

  constructor(options: CallOptions, listener: CallListener) {
    this.options = options;
    this.listener = listener;
    if (options.audio !== undefined) {
      this.tracks.set("audio", options.audio);
    }

    if (options.video !== undefined) {
      this.tracks.set("video", options.video);
    }

    this.signaling = this.connect();
  }

  private connect(): Peer {
    const transport = new WebSocketTransport(this.options.url, {
      retry: { retries: 12, factor: 1.6, minTimeout: 300, maxTimeout: 5000 },
    });
    const signaling = new Peer(transport);
    // A former one has nothing to say any more.
    const whileOurs = (action: () => void): void => {
      if (signaling === this.signaling) {
        action();
      }
    };
    signaling.on("open", () => whileOurs(() => void this.opened()));
    signaling.on("failed", () =>
      whileOurs(() => this.setState(this.epoch === 0 ? "connecting" : "reconnecting", "The server does not answer. Trying again …")),
    );
    signaling.on("disconnected", () => whileOurs(() => this.setState("reconnecting", "The connection to the server was lost. Trying again …")));
    signaling.on("close", () => whileOurs(() => this.end("The server cannot be reached, or it has ended the call.")));
    signaling.on("request", (request, accept, reject) => whileOurs(() => void this.answer(request, accept, reject)));
    signaling.on("notification", (notification) => whileOurs(() => this.notified(notification)));
    return signaling;
  }

  /** A session is joined once: one that has lost its media makes room for another, which a new connection begins. */
  private renew(): void {
    const former = this.signaling;
    this.resumeToken = undefined;
    this.signaling = this.connect();
    former.close();
  }

  leave(): void {
    this.end("");
  }

  async publish(kind: types.MediaKind, track: MediaStreamTrack): Promise<void> {
    this.tracks.set(kind, track);
    const producer = this.producers.get(kind);
    if (producer !== undefined && !producer.closed) {
      await producer.replaceTrack({ track });
      return;
    }

    await this.produce(kind, track);
  }

  async setPaused(kind: types.MediaKind, paused: boolean): Promise<void> {
    const producer = this.producers.get(kind);
    if (producer === undefined || producer.closed || producer.paused === paused) {
      return;
    }

    if (paused) {
      producer.pause();
    } else {
      producer.resume();
    }

    await this.request(paused ? "pauseProducer" : "resumeProducer", { producerId: producer.id });
  }

  /** Closes what is published of a kind, so that the device's lamp goes out. */
  async unpublish(kind: types.MediaKind): Promise<void> {
    this.tracks.delete(kind);
    const producer = this.producers.get(kind);
    if (producer === undefined) {
      return;
    }

    this.producers.delete(kind);
    producer.close();
    await this.request("closeProducer", { producerId: producer.id });
  }

  /** Asks for these layers at most. */
  async setPreferredLayers(consumerId: string, layers: Layers): Promise<void> {
    this.eachConsumer(consumerId, (_, consumer) => (qualityOf(consumer).preferred = layers));
    await this.request("setConsumerPreferredLayers", { consumerId, spatialLayer: layers.spatial, temporalLayer: layers.temporal });
  }

  async setPriority(consumerId: string, priority: number): Promise<void> {
    await this.request("setConsumerPriority", { consumerId, priority });
  }

  private async opened(): Promise<void> {
    const attempt = ++this.attempts;
    window.clearTimeout(this.watchdog);
    this.watchdog = undefined;
    try {
      const token = this.resumeToken;
      const outcome = token === undefined ? "unknown" : await this.resume(token);
      if (attempt !== this.attempts) {
        return;
      }

      if (outcome === "resumed") {
        this.setState("joined", "");
      } else if (outcome === "without media") {
        this.renew();
      } else {
        await this.build();
      }
    } catch (error) {
      if (attempt !== this.attempts || !this.signaling.connected) {
        return;
      }

      if (this.wasJoined && mayPass(error)) {
        // The room moves to another node, which takes a while when it has to be found out that the former one is dead.
        this.mediaEnded(`Joining again failed: ${inPlainWords(error)}`);
      } else {
        this.end(`Joining failed: ${inPlainWords(error)}`);
      }
    }
  }

  private async resume(token: string): Promise<"resumed" | "without media" | "unknown"> {
    let answer;
    try {
      answer = await this.request("resumeSession", {
        token,
        producers: [...this.producers.values()].map((p) => p.id),
        consumers: [...this.peers.values()].flatMap((p) => [...p.consumers.keys()]),
      });
    } catch {
      return "unknown";
    }

    this.catchUp(answer);
    const lives = !this.mediaIsDead() && [...this.producers.values()].every((p) => answer.producers.includes(p.id));
    return lives ? "resumed" : "without media";
  }

  /** What happened in the room while the WebSocket was away; consumers that are new to this page are announced as usual. */
  private catchUp(answer: { peers: { id: string; displayName: string }[]; consumers: { id: string; producerPaused: boolean }[] }): void {
    const present = new Set(answer.peers.map((p) => p.id));
    for (const id of [...this.peers.keys()].filter((p) => !present.has(p))) {
      this.removePeer(id);
    }

    for (const peer of answer.peers) {
      this.addPeer(peer.id, peer.displayName);
    }

    const carried = new Map(answer.consumers.map((c) => [c.id, c.producerPaused]));
    for (const peer of this.peers.values()) {
      for (const consumerId of [...peer.consumers.keys()]) {
        const paused = carried.get(consumerId);
        if (paused === undefined) {
          this.dropConsumer(consumerId);
        } else {
          this.consumerPaused(consumerId, paused);
        }
      }
    }
  }

  private mediaIsDead(): boolean {
    return [this.sendTransport, this.recvTransport].some((t) => t === undefined || t.closed || ["failed", "closed"].includes(t.connectionState));
  }

  /** Builds the session from nothing: capabilities, two transports, join, publish. */
  private async build(): Promise<void> {
    this.tearDown();
    const epoch = ++this.epoch;
    const device = await Device.factory();
    const routerRtpCapabilities = await this.request("getRouterRtpCapabilities");
    await device.load({ routerRtpCapabilities });
    if (epoch !== this.epoch) {
      return;
    }

    this.device = device;
    this.sendTransport = await this.createTransport(device, "send");
    this.recvTransport = await this.createTransport(device, "recv");
    const answer = await this.request("join", {
      displayName: this.options.displayName,
      device: { flag: device.handlerName, name: "Sfu page", version: "1" },
      rtpCapabilities: device.recvRtpCapabilities,
      movesTransports: true,
    });
    if (epoch !== this.epoch) {
      return;
    }

    this.resumeToken = answer.resumeToken;
    this.wasJoined = true;
    for (const peer of answer.peers as { id: string; displayName: string }[]) {
      this.addPeer(peer.id, peer.displayName);
    }

    this.setState("joined", "");
    for (const [kind, track] of this.tracks) {
      try {
        await this.produce(kind, track);
      } catch (error) {
        this.listener.notice(`Your ${kind === "audio" ? "microphone" : "camera"} could not be published: ${inPlainWords(error)}`);
      }
    }
  }

  private async createTransport(device: Device, direction: "send" | "recv"): Promise<types.Transport> {
    const parameters = await this.request("createWebRtcTransport", {
      forceTcp: this.options.forceTcp,
      producing: direction === "send",
      consuming: direction === "recv",
    });
    const transport = direction === "send" ? device.createSendTransport(parameters) : device.createRecvTransport(parameters);
    transport.on("connect", ({ dtlsParameters }, done, failed) => {
      this.request("connectWebRtcTransport", { transportId: transport.id, dtlsParameters }).then(() => done(), failed);
    });
    transport.on("produce", ({ kind, rtpParameters, appData }, done, failed) => {
      this.request("produce", { transportId: transport.id, kind, rtpParameters, appData }).then(done, failed);
    });
    transport.on("connectionstatechange", (state) => void this.mediaStateChanged(transport, state));
    return transport;
  }

  private async produce(kind: types.MediaKind, track: MediaStreamTrack): Promise<void> {
    const transport = this.sendTransport;
    const device = this.device;
    if (transport === undefined || device === undefined || !device.canProduce(kind)) {
      return;
    }

    const options: types.ProducerOptions = { track, stopTracks: false, zeroRtpOnPause: true };
    if (kind === "audio") {
      options.codecOptions = { opusStereo: false, opusDtx: true, opusFec: true };
    } else {
      options.codecOptions = { videoGoogleStartBitrate: 1000 };
      options.codec = this.videoCodec(device);
      const mimeType = (options.codec ?? device.sendRtpCapabilities.codecs?.find((c) => c.kind === "video"))?.mimeType;
      if (this.options.layers && mimeType !== undefined) {
        options.encodings = cameraEncodings(mimeType, this.options.scalabilityMode);
      } else if (this.options.scalabilityMode !== undefined) {
        options.encodings = [{ scalabilityMode: this.options.scalabilityMode }];
      }
    }

    const producer = await transport.produce(options);
    this.producers.set(kind, producer);
    this.watchDtls(transport, producer.rtpSender?.transport ?? null);
    producer.on("transportclose", () => {
      if (this.producers.get(kind) === producer) {
        this.producers.delete(kind);
      }
    });
  }

  private videoCodec(device: Device): types.RtpCodecCapability | undefined {
    const wanted = this.options.codec?.toLowerCase();
    if (wanted === undefined) {
      return undefined;
    }

    const codec = device.sendRtpCapabilities.codecs?.find((c) => c.mimeType.toLowerCase() === wanted);
    if (codec === undefined) {
      throw new Trouble(`this browser or this server cannot send ${this.options.codec}`);
    }

    return codec;
  }

  private async answer(request: ProtooRequest, accept: () => void, reject: (code: number, reason: string) => void): Promise<void> {
    if (request.method !== "newConsumer") {
      reject(404, `unknown request '${request.method}'`);
      return;
    }

    try {
      await this.newConsumer(request.data);
      accept();
    } catch (error) {
      reject(500, inPlainWords(error));
    }
  }

  private async newConsumer(data: any): Promise<void> {
    const transport = this.recvTransport;
    if (transport === undefined) {
      throw new Trouble("no transport to receive with");
    }

    const peer = this.peers.get(data.peerId) ?? this.addPeer(data.peerId, data.peerId);
    const known = peer.consumers.get(data.id);
    if (known !== undefined) {
      return;
    }

    const consumer = await transport.consume({
      id: data.id,
      producerId: data.producerId,
      kind: data.kind,
      rtpParameters: data.rtpParameters,
      // One stream per peer keeps its audio and video in step.
      streamId: data.peerId,
      appData: {
        ...data.appData,
        peerId: data.peerId,
        producerPaused: data.producerPaused === true,
        transportId: transport.id,
        quality: { type: data.type, available: layersOf(data.rtpParameters), current: undefined, preferred: undefined, score: undefined } as ConsumerQuality,
      },
    });
    this.watchDtls(transport, consumer.rtpReceiver?.transport ?? null);
    const former = [...peer.consumers.values()].find((c) => c.kind === consumer.kind);
    peer.consumers.set(consumer.id, consumer);
    consumer.on("transportclose", () => this.dropConsumer(consumer.id));
    if (former === undefined) {
      this.listener.consumerOpened(peer, consumer);
    } else {
      void this.succeed(peer, former, consumer);
    }
  }

  /** The same picture or voice comes by another way: it is shown from there when it has arrived, and not before. */
  private async succeed(peer: RemotePeer, former: types.Consumer, consumer: types.Consumer): Promise<void> {
    const preferred = qualityOf(former).preferred;
    if (preferred !== undefined) {
      this.setPreferredLayers(consumer.id, preferred).catch(() => undefined);
    }

    await hasArrived(consumer, () => ![...peer.consumers.values()].some((c) => c !== consumer && c.kind === consumer.kind));
    if (consumer.closed) {
      return;
    }

    this.listener.consumerOpened(peer, consumer);
    if (this.recvTransport !== undefined && former.producerId === consumer.producerId) {
      this.dropConsumer(former.id);
      this.leaveWhenEmpty();
    }
  }

  private notified({ method, data }: ProtooNotification): void {
    switch (method) {
      case "newPeer":
        this.addPeer(data.id, data.displayName);
        break;
      case "peerClosed":
        this.removePeer(data.peerId);
        break;
      case "peerDisplayNameChanged": {
        const peer = this.peers.get(data.peerId);
        if (peer !== undefined) {
          peer.displayName = data.displayName;
          this.listener.peerRenamed(peer);
        }

        break;
      }
      case "consumerClosed":
        this.dropConsumer(data.consumerId);
        break;
      case "consumerPaused":
      case "consumerResumed":
        this.consumerPaused(data.consumerId, method === "consumerPaused");
        break;
      case "consumerLayersChanged":
        this.qualityChanged(data.consumerId, (quality) => {
          quality.current = data.spatialLayer === null ? undefined : { spatial: data.spatialLayer, temporal: data.temporalLayer };
        });
        break;
      case "consumerScore":
        this.qualityChanged(data.consumerId, (quality) => (quality.score = data.score.score));
        break;
      case "producerScore":
        this.producerScores.set(data.producerId, data.score);
        break;
      case "downlinkBwe":
        this.downlink = data;
        this.listener.downlinkChanged(data);
        break;
      case "transportClosed":
        void this.move(data.transportId, true);
        break;
      case "moveTransport":
        void this.move(data.transportId, false);
        break;
      case "activeSpeaker":
        this.listener.activeSpeaker(data.peerId ?? undefined);
        break;
      default:
        break;
    }
  }

  /** The server wants a transport to be elsewhere: what it carries comes over to a new one. */
  private async move(transportId: string, lost: boolean): Promise<void> {
    const { device, epoch } = this;
    const old = [this.sendTransport, this.recvTransport].find((t) => t?.id === transportId);
    if (device === undefined || old === undefined) {
      return;
    }

    this.remember(`${old.direction} transport ${lost ? "lost with its node" : "moves"}`);
    const paused = [...this.producers].filter(([, producer]) => producer.paused).map(([kind]) => kind);
    this.leaving.add(old);
    if (lost) {
      this.close(old);
    }

    if (this.moving.has(old.direction)) {
      // What is being built fails with it, and is tried again.
      return;
    }

    this.moving.add(old.direction);
    await this.findPlace(device, old, paused, epoch);
    if (epoch !== this.epoch) {
      return;
    }

    this.moving.delete(old.direction);
    const current = old.direction === "send" ? this.sendTransport : this.recvTransport;
    if (current !== undefined && this.leaving.has(current)) {
      // Its node is left meanwhile, too.
      await this.move(current.id, false);
    }
  }

  /** The cluster may take a while to agree on what is lost: a place that fails is given up for another one. */
  private async findPlace(device: Device, old: types.Transport, paused: types.MediaKind[], epoch: number): Promise<void> {
    for (const deadline = performance.now() + longestSearchMs; ; ) {
      try {
        await this.moveTo(await this.createTransport(device, old.direction), old, paused, epoch);
        return;
      } catch (error) {
        if (epoch !== this.epoch) {
          return;
        }

        this.remember(`${old.direction} transport is not elsewhere yet: ${inPlainWords(error)}`);
        if (performance.now() > deadline) {
          this.mediaEnded(`Media could not go on elsewhere: ${inPlainWords(error)}.`);
          return;
        }
      }

      await pause(searchPauseMs);
      if (epoch !== this.epoch) {
        return;
      }
    }
  }

  private async moveTo(next: types.Transport, old: types.Transport, paused: types.MediaKind[], epoch: number): Promise<void> {
    if (epoch !== this.epoch) {
      next.close();
      return;
    }

    if (old.direction === "recv") {
      this.recvTransport = next;
      window.setTimeout(() => this.retire(old), longestMoveMs);
    } else {
      this.sendTransport = next;
      try {
        for (const [kind, track] of this.tracks) {
          await this.produce(kind, track);
          const producer = this.producers.get(kind);
          if (producer !== undefined && paused.includes(kind)) {
            // By its silent track it is paused here from the start, but the server does not know.
            producer.pause();
            await this.request("pauseProducer", { producerId: producer.id });
          }
        }
      } catch (error) {
        if (epoch === this.epoch) {
          this.leaving.add(next);
          this.retire(next);
        }

        throw error;
      }

      // The others have to have the new one before the old one goes.
      window.setTimeout(() => this.retire(old), overlapMs);
    }

    this.remember(`${old.direction} transport is elsewhere`);
  }

  private leaveWhenEmpty(): void {
    for (const old of this.leaving) {
      const carries = [...this.peers.values()].some((peer) => [...peer.consumers.values()].some((c) => c.appData.transportId === old.id));
      if (old.direction === "recv" && !carries) {
        this.retire(old);
      }
    }
  }

  private retire(old: types.Transport): void {
    if (this.leaving.has(old)) {
      this.close(old);
      this.request("closeTransport", { transportId: old.id }).catch(() => undefined);
    }
  }

  private close(old: types.Transport): void {
    this.leaving.delete(old);
    old.close();
  }

  private consumerPaused(consumerId: string, paused: boolean): void {
    this.eachConsumer(consumerId, (peer, consumer) => {
      consumer.appData.producerPaused = paused;
      this.listener.consumerChanged(peer, consumer);
    });
  }

  private qualityChanged(consumerId: string, change: (quality: ConsumerQuality) => void): void {
    this.eachConsumer(consumerId, (peer, consumer) => {
      change(qualityOf(consumer));
      this.listener.consumerQualityChanged(peer, consumer);
    });
  }

  private dropConsumer(consumerId: string): void {
    this.eachConsumer(consumerId, (peer, consumer) => {
      peer.consumers.delete(consumerId);
      consumer.close();
      this.listener.consumerClosed(peer, consumer);
    });
  }

  private eachConsumer(consumerId: string, action: (peer: RemotePeer, consumer: types.Consumer) => void): void {
    for (const peer of this.peers.values()) {
      const consumer = peer.consumers.get(consumerId);
      if (consumer !== undefined) {
        action(peer, consumer);
      }
    }
  }

  private addPeer(id: string, displayName: string): RemotePeer {
    let peer = this.peers.get(id);
    if (peer === undefined) {
      peer = { id, displayName, consumers: new Map() };
      this.peers.set(id, peer);
      this.listener.peerJoined(peer);
    } else if (peer.displayName !== displayName) {
      peer.displayName = displayName;
      this.listener.peerRenamed(peer);
    }

    return peer;
  }

  private removePeer(id: string): void {
    const peer = this.peers.get(id);
    if (peer === undefined) {
      return;
    }

    for (const consumerId of [...peer.consumers.keys()]) {
      this.dropConsumer(consumerId);
    }

    this.peers.delete(id);
    this.listener.peerLeft(peer);
  }

  /** The server's close_notify ends DTLS at once, long before ICE would notice. */
  private watchDtls(transport: types.Transport, dtls: RTCDtlsTransport | null): void {
    if (dtls === null) {
      return;
    }

    const epoch = this.epoch;
    dtls.onstatechange = () => {
      if (dtls.state === "closed" && epoch === this.epoch && (transport === this.sendTransport || transport === this.recvTransport)) {
        this.remember("DTLS closed by the server");
        this.mediaEnded("The server has closed the media connection.");
      }
    };
  }

  private async mediaStateChanged(transport: types.Transport, state: types.ConnectionState): Promise<void> {
    if (transport !== this.sendTransport && transport !== this.recvTransport) {
      return;
    }

    if (state === "disconnected") {
      this.listener.notice("The network is interrupted. Waiting for it to come back …");
    } else if (state === "connected") {
      this.listener.notice("");
    } else if (state === "failed" && this.signaling.connected) {
      try {
        const { iceParameters } = await this.request("restartIce", { transportId: transport.id });
        await transport.restartIce({ iceParameters });
      } catch {
        this.mediaEnded("The media connection failed. A firewall may block UDP between you and the server.");
      }
    }
  }

  /** Media is gone for good: with signalling alive another session is begun, once per second at most. */
  private mediaEnded(reason: string): void {
    if (this.state === "closed" || this.watchdog !== undefined) {
      return;
    }

    this.resumeToken = undefined;
    this.tearDown();
    this.setState("reconnecting", `${reason} Trying again …`);
    this.watchdog = window.setTimeout(() => {
      this.watchdog = undefined;
      if (this.state !== "closed" && this.signaling.connected) {
        this.renew();
      }
    }, 1000);
  }

  private tearDown(): void {
    this.epoch++;
    this.moving.clear();
    const transports = [this.sendTransport, this.recvTransport, ...this.leaving];
    this.leaving.clear();
    this.sendTransport = undefined;
    this.recvTransport = undefined;
    for (const id of [...this.peers.keys()]) {
      this.removePeer(id);
    }

    for (const transport of transports) {
      transport?.close();
    }

    this.producers.clear();
    this.producerScores.clear();
    this.downlink = undefined;
    this.listener.downlinkChanged(undefined);
  }

  private end(reason: string): void {
    if (this.state === "closed") {
      return;
    }

    window.clearTimeout(this.watchdog);
    this.tearDown();
    this.setState("closed", reason);
    this.signaling.close();
  }

  private setState(state: CallState, reason: string): void {
    if (this.state === "closed" || (this.state === state && this.reason === reason)) {
      return;
    }

    this.state = state;
    this.reason = reason;
    this.remember(`${state} ${reason}`);
    this.listener.stateChanged(state, reason);
  }

  private remember(what: string): void {
    this.history.push(`${new Date().toISOString()} ${what}`);
    this.history.splice(0, Math.max(0, this.history.length - 100));
  }

  private request(method: string, data?: unknown): Promise<any> {
    return this.signaling.request(method, data);
  }
}

/** The server could not do it now: it says so by a code of 500 and more, or does not answer at all. */
function mayPass(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "number" ? code >= 500 : (error as Error | undefined)?.message === "request timeout";
}

/** How long a new place is looked for: as long as a cluster needs to be whole again, when the room itself was on the lost node. */
const longestSearchMs = 15_000;
const searchPauseMs = 300;

/** How long what was left still runs, so that nobody misses it. */
const overlapMs = 2000;

/** After so long a new transport takes over, whether everything has arrived on it or not. */
const longestMoveMs = 5000;

/** The first picture or sound has come, or it is too late to wait for it. */
async function hasArrived(consumer: types.Consumer, isPointless: () => boolean): Promise<void> {
  for (const deadline = performance.now() + longestMoveMs; performance.now() < deadline && !consumer.closed && !isPointless(); ) {
    for (const entry of (await consumer.getStats()).values()) {
      if (entry.type === "inbound-rtp" && (consumer.kind === "video" ? entry.framesDecoded : entry.packetsReceived) > 0) {
        return;
      }
    }

    await pause(50);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => window.setTimeout(resolve, ms));
}

export function qualityOf(consumer: types.Consumer): ConsumerQuality {
  return consumer.appData.quality as ConsumerQuality;
}
