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
  private readonly stream = new MediaStream();
  private readonly sources = new Map<"audio" | "video", { source: Measured; reader: StatsReader }>();

  constructor(id: string, name: string, own: boolean) {
    this.element = document.createElement("article");
    this.element.className = own ? "tile own" : "tile";
    this.element.dataset.peer = id;
    this.initial.className = "initial";
    this.who.className = "who";
    this.line.className = "stats";
    this.video.autoplay = true;
    this.video.playsInline = true;
    // One's own voice is not played back.
    this.video.muted = own;
    this.video.srcObject = this.stream;
    const caption = document.createElement("div");
    caption.className = "caption";
    caption.append(this.who, this.line);
    this.element.append(this.video, this.initial, caption);
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
