import type { CameraFaultCode } from '../../../schemas/texts/scan.ts';

/** A wide, dense code on a cheap phone still has three pixels a module at this width. */
const WIDTH = 1280;

export interface Camera {
  /** Turns the light on or off; null where this camera has none. */
  readonly torch: ((on: boolean) => Promise<void>) | null;
  readonly stop: () => void;
}

/** Browsers give `mediaDevices` to secure pages alone, whatever the types say. */
export function isCameraGiven(): boolean {
  return 'mediaDevices' in navigator;
}

/** Shows the camera that looks away from the user in a video element. Gives a closed code where it cannot. */
export async function startCamera(video: HTMLVideoElement): Promise<Camera | CameraFaultCode> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: { ideal: 'environment' }, width: { ideal: WIDTH } },
    });
    const stop = () => {
      for (const track of stream.getTracks()) track.stop();
      video.srcObject = null;
    };
    video.srcObject = stream;
    await video.play();
    return { torch: torchOf(stream), stop };
  } catch (error) {
    return faultOf(error);
  }
}

function torchOf(stream: MediaStream): Camera['torch'] {
  const [track] = stream.getVideoTracks();
  if (track === undefined || !('torch' in track.getCapabilities())) return null;
  return async (on) => {
    const light: MediaTrackConstraintSet & { readonly torch: boolean } = { torch: on };
    await track.applyConstraints({ advanced: [light] }).catch(() => {});
  };
}

function faultOf(error: unknown): CameraFaultCode {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'camera_refused';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'camera_missing' : 'camera_failed';
}

/** Calls `onFrame` with one frame after another while it says so, each when the one before is done with. */
export function watchFrames(video: HTMLVideoElement, onFrame: (frame: ImageBitmap) => Promise<void>): () => void {
  let isOver = false;
  const next = () => {
    if (!isOver) video.requestVideoFrameCallback(() => void look());
  };
  const look = async () => {
    const frame = isOver ? null : await createImageBitmap(video).catch(() => null);
    if (frame !== null) await onFrame(frame);
    next();
  };
  // The first one is there already.
  void look();
  return () => {
    isOver = true;
  };
}
