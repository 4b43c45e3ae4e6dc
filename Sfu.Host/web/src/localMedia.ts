import { insecureContext, mediaTrouble, Trouble } from "./trouble";

export async function openCamera(width: number, height: number): Promise<MediaStreamTrack> {
  const constraints = { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: 30 } };
  return open({ video: constraints }, "camera");
}

export async function openMicrophone(): Promise<MediaStreamTrack> {
  return open({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } }, "microphone");
}

async function open(constraints: MediaStreamConstraints, wanted: string): Promise<MediaStreamTrack> {
  if (!window.isSecureContext || navigator.mediaDevices === undefined) {
    throw new Trouble(insecureContext);
  }

  try {
    const stream = await navigator.mediaDevices.getUserMedia(constraints);
    return stream.getTracks()[0]!;
  } catch (error) {
    throw mediaTrouble(error, wanted);
  }
}
