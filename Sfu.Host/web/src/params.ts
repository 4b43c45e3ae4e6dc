/** What the address of the page may say. */
export interface PageParams {
  room: string;
  name: string;
  /** Video codec to publish with; the server's first choice when absent. */
  codec: string | undefined;
  /** Publish the camera in three layers; off: in one. */
  layers: boolean;
  /** How layers are made instead of the usual way, for example `L3T3` or `L1T1`; with VP8 and H264 of each of the three encodings. */
  scalabilityMode: string | undefined;
  /** Size of the own picture. */
  width: number;
  height: number;
  /** Use no UDP, as behind a firewall that lets none through. */
  forceTcp: boolean;
  autojoin: boolean;
  audio: boolean;
  video: boolean;
}

const codecs: Record<string, string> = { VP8: "video/VP8", VP9: "video/VP9", H264: "video/H264", AV1: "video/AV1" };

/** Reads `room, name, codec, simulcast, scalability, size` (`640x360`)`, forceTcp, autojoin, audio, video`; `forceVP8`, `forceVP9`, `forceH264`, `forceAV1` are taken like `codec`. */
export function readParams(search: string): PageParams {
  const query = new URLSearchParams(search);
  const forced = Object.keys(codecs).find((name) => isOn(query.get(`force${name}`), false));
  const codec = (query.get("codec") ?? forced)?.replace(/^force/i, "").toUpperCase();
  // 1280x720 leaves room for three layers.
  const [, width, height] = /^(\d{2,4})x(\d{2,4})$/.exec(query.get("size") ?? "") ?? ["", "1280", "720"];
  return {
    width: Number(width),
    height: Number(height),
    room: query.get("room") ?? query.get("roomId") ?? "",
    name: query.get("name") ?? "",
    layers: isOn(query.get("simulcast"), true),
    scalabilityMode: query.get("scalability") ?? undefined,
    codec: codec === undefined ? undefined : codecs[codec],
    forceTcp: isOn(query.get("forceTcp"), false),
    autojoin: isOn(query.get("autojoin"), false),
    audio: isOn(query.get("audio"), true),
    video: isOn(query.get("video"), true),
  };
}

function isOn(value: string | null, otherwise: boolean): boolean {
  return value === null ? otherwise : !["0", "false", "off", "no"].includes(value.toLowerCase());
}
