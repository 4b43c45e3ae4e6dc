import type { ConsumerQuality } from "./call";
import type { Layers } from "./layers";
import { StatsReader, statsLine, type MediaFigures } from "./stats";

/** Something that can be asked for its statistics: a producer or a consumer. */
export interface Measured {
  getStats(): Promise<RTCStatsReport>;
}

/** One person's picture, sound, name and line of statistics. */
export class Tile {
  readonly element: HTMLElement;
  figures: { audio?: MediaFigures; video?: MediaFigures } = {};

  private readonly video = document.createElement("video");
  private readonly who = document.createElement("span");
  private readonly initial = document.createElement("span");
  private readonly line = document.createElement("span");
  private readonly choice = document.createElement("select");
  private readonly quality = document.createElement("span");
  private readonly stream = new MediaStream();
  private readonly sources = new Map<"audio" | "video", { source: Measured; reader: StatsReader }>();

  constructor(id: string, name: string, own: boolean) {
    this.element = document.createElement("article");
    this.element.className = own ? "tile own" : "tile";
    this.element.dataset.peer = id;
    this.initial.className = "initial";
    this.who.className = "who";
    this.line.className = "stats";
    this.quality.className = "quality";
    this.choice.className = "layers";
    this.choice.title = "Layers to receive";
    this.choice.hidden = true;
    this.video.autoplay = true;
    this.video.playsInline = true;
    // One's own voice is not played back.
    this.video.muted = own;
    this.video.srcObject = this.stream;
    const caption = document.createElement("div");
    caption.className = "caption";
    caption.append(this.who, this.quality, this.line);
    this.element.append(this.video, this.initial, this.choice, caption);
    this.rename(name);
  }

  rename(name: string): void {
    this.who.textContent = name;
    this.initial.textContent = (name.trim()[0] ?? "?").toUpperCase();
  }

  setTrack(kind: "audio" | "video", track: MediaStreamTrack | undefined): void {
    for (const old of this.stream.getTracks().filter((t) => t.kind === kind && t !== track)) {
      this.stream.removeTrack(old);
    }

    if (track !== undefined && !this.stream.getTracks().includes(track)) {
      this.stream.addTrack(track);
    }

    if (kind === "video") {
      this.showVideo(track !== undefined);
    }

    // A browser may refuse to play sound before the person has touched the page; the next touch plays it.
    void this.video.play().catch(() => document.addEventListener("pointerdown", () => void this.video.play(), { once: true }));
  }

  showVideo(shown: boolean): void {
    this.element.classList.toggle("has-video", shown);
  }

  showMuted(muted: boolean): void {
    this.who.classList.toggle("muted", muted);
  }

  /** Offers the layers of a video to choose from; none: there is nothing to choose. */
  offerLayers(available: Layers, chosen: (layers: Layers) => void): void {
    this.choice.replaceChildren();
    for (let spatial = available.spatial - 1; spatial >= 0; spatial--) {
      for (let temporal = available.temporal - 1; temporal >= 0; temporal--) {
        const option = document.createElement("option");
        option.value = `${spatial}/${temporal}`;
        option.textContent = `S${spatial} T${temporal}`;
        this.choice.append(option);
      }
    }

    this.choice.hidden = available.spatial * available.temporal <= 1;
    this.choice.onchange = () => {
      const [spatial, temporal] = this.choice.value.split("/").map(Number);
      chosen({ spatial: spatial!, temporal: temporal! });
    };
  }

  /** For example `S2 T2 of 3×3 · score 10`. */
  showQuality(quality: ConsumerQuality | undefined): void {
    const parts: string[] = [];
    if (quality !== undefined && quality.available.spatial * quality.available.temporal > 1) {
      const current = quality.current === undefined ? "no layer" : `S${quality.current.spatial} T${quality.current.temporal}`;
      parts.push(`${current} of ${quality.available.spatial}×${quality.available.temporal}`);
    }

    if (quality?.score !== undefined) {
      parts.push(`score ${quality.score}`);
    }

    this.quality.textContent = parts.join(" · ");
    this.choice.hidden ||= quality === undefined;
  }

  measure(kind: "audio" | "video", source: Measured | undefined): void {
    if (source === undefined) {
      this.sources.delete(kind);
    } else if (this.sources.get(kind)?.source !== source) {
      this.sources.set(kind, { source, reader: new StatsReader() });
    }
  }

  async refresh(): Promise<void> {
    const figures: { audio?: MediaFigures; video?: MediaFigures } = {};
    for (const [kind, { source, reader }] of [...this.sources]) {
      try {
        figures[kind] = reader.read(await source.getStats());
      } catch {
        // The source was closed between two readings.
        this.sources.delete(kind);
      }
    }

    this.figures = figures;
    this.line.textContent = statsLine(figures.video, figures.audio);
  }

  remove(): void {
    this.element.remove();
    this.video.srcObject = null;
  }
}
