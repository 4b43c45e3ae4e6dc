/** One line of statistics, and the numbers behind it. */
export interface MediaFigures {
  codec: string;
  width: number;
  height: number;
  framesPerSecond: number;
  /** Bits per second since the last reading. */
  bitrate: number;
  /** Share of packets lost since the last reading, 0 to 1. */
  loss: number;
}

interface Reading {
  at: number;
  bytes: number;
  packets: number;
  lost: number;
}

/** Turns the reports of one sender or receiver into figures; rates are differences between two readings. */
export class StatsReader {
  private last: Reading | undefined;

  read(report: RTCStatsReport): MediaFigures | undefined {
    const streams: any[] = [];
    let remote: any;
    for (const entry of report.values()) {
      if (entry.type === "inbound-rtp" || entry.type === "outbound-rtp") {
        streams.push(entry);
      } else if (entry.type === "remote-inbound-rtp") {
        remote = entry;
      }
    }

    // A receiver that was probed with padding has a second stream that never shows a frame.
    const main = streams.reduce((best, s) => (best === undefined || size(s) > size(best) ? s : best), undefined);
    if (main === undefined) {
      return undefined;
    }

    const inbound = main.type === "inbound-rtp";
    const now: Reading = {
      at: main.timestamp,
      bytes: sum(streams, inbound ? "bytesReceived" : "bytesSent"),
      packets: sum(streams, inbound ? "packetsReceived" : "packetsSent"),
      lost: inbound ? sum(streams, "packetsLost") : (remote?.packetsLost ?? 0),
    };
    const before = this.last ?? now;
    this.last = now;
    const seconds = (now.at - before.at) / 1000;
    const lost = Math.max(0, now.lost - before.lost);
    const packets = Math.max(0, now.packets - before.packets) + (inbound ? lost : 0);
    const mime: string = report.get(main.codecId)?.mimeType ?? "";
    return {
      codec: mime.replace(/^(audio|video)\//, ""),
      width: main.frameWidth ?? 0,
      height: main.frameHeight ?? 0,
      framesPerSecond: main.framesPerSecond ?? 0,
      bitrate: seconds > 0 ? ((now.bytes - before.bytes) * 8) / seconds : 0,
      loss: packets > 0 ? Math.min(1, lost / packets) : 0,
    };
  }
}

/** For example `VP8 1280x720 30 fps · 1.2 Mbit/s · loss 0.4 %`. */
export function statsLine(video: MediaFigures | undefined, audio: MediaFigures | undefined): string {
  const parts: string[] = [];
  if (video !== undefined) {
    const picture = video.width > 0 ? ` ${video.width}×${video.height} ${Math.round(video.framesPerSecond)} fps` : "";
    parts.push(`${video.codec}${picture}`, rate(video.bitrate), `loss ${(video.loss * 100).toFixed(1)} %`);
  }

  if (audio !== undefined) {
    parts.push(`${audio.codec} ${rate(audio.bitrate)}`);
    if (video === undefined) {
      parts.push(`loss ${(audio.loss * 100).toFixed(1)} %`);
    }
  }

  return parts.filter((p) => p.trim() !== "").join(" · ");
}

export function rate(bitsPerSecond: number): string {
  return bitsPerSecond >= 1e6 ? `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bitsPerSecond / 1000)} kbit/s`;
}

function size(stream: any): number {
  return (stream.framesDecoded ?? stream.framesSent ?? 0) * 1e6 + (stream.packetsReceived ?? stream.packetsSent ?? 0);
}

function sum(streams: any[], key: string): number {
  return streams.reduce((total, s) => total + (s[key] ?? 0), 0);
}
