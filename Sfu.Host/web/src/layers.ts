import type { types } from "mediasoup-client";

/** Layers of a stream: numbers of them, or the one of each that is meant, counted from 0. */
export interface Layers {
  spatial: number;
  temporal: number;
}

/** How many layers a consumer can choose from, by its `scalabilityMode`; one of each when it says nothing. */
export function layersOf(rtpParameters: types.RtpParameters): Layers {
  const [, spatial, temporal] = /^[LS]([1-9]\d?)T([1-9]\d?)/.exec(rtpParameters.encodings?.[0]?.scalabilityMode ?? "") ?? ["", "1", "1"];
  return { spatial: Number(spatial), temporal: Number(temporal) };
}

/**
 * What the camera is published as: three encodings of a quarter, half and the whole of its width for codecs that cannot do
 * better, and where a mode of one spatial layer (`L1T3`) is asked for; one encoding with three layers inside for those that can.
 */
export function cameraEncodings(mimeType: string, scalabilityMode: string | undefined): types.RtpEncodingParameters[] {
  if (/VP9|AV1/i.test(mimeType) && !/^[LS]1/.test(scalabilityMode ?? "")) {
    return [{ scalabilityMode: scalabilityMode ?? "L3T3_KEY", maxBitrate: 2_000_000 }];
  }

  const mode = scalabilityMode ?? "L1T3";
  return [
    { rid: "r0", scaleResolutionDownBy: 4, maxBitrate: 150_000, scalabilityMode: mode },
    { rid: "r1", scaleResolutionDownBy: 2, maxBitrate: 500_000, scalabilityMode: mode },
    { rid: "r2", scaleResolutionDownBy: 1, maxBitrate: 1_500_000, scalabilityMode: mode },
  ];
}
