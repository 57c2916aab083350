import { useEffect, useRef, useState } from 'preact/hooks';
import type { LocalisedText } from '../../../schemas/code-lists/index.ts';
import { CAMERA_FAULT_TEXTS, type CameraFaultCode, SCAN_TEXTS } from '../../../schemas/texts/scan.ts';
import { say } from '../shell/language.ts';
import './reading.css';
import { type Camera, isCameraGiven, startCamera, watchFrames } from './camera.ts';

interface StageProps {
  readonly onFrame: (frame: ImageBitmap) => Promise<void>;
  /** Where somebody comes to scan and for nothing else. */
  readonly startsItself: boolean;
  /** What to do before it; said while there is a picture to come. */
  readonly hint?: LocalisedText;
}

/** What the camera sees, with its light and a way to stop it. */
export function Stage({ onFrame, startsItself, hint }: StageProps) {
  const video = useRef<HTMLVideoElement>(null);
  const latest = useRef(onFrame);
  latest.current = onFrame;
  const [wanted, setWanted] = useState(startsItself);
  const [camera, setCamera] = useState<Camera | CameraFaultCode | null>(isCameraGiven() ? null : 'camera_insecure');
  const [isLit, setLit] = useState(false);

  useEffect(() => {
    const element = video.current;
    if (!wanted || element === null || !isCameraGiven()) return;
    let stop = () => {};
    let isOver = false;
    void startCamera(element).then((started) => {
      if (isOver) {
        if (typeof started !== 'string') started.stop();
        return;
      }
      setCamera(started);
      if (typeof started === 'string') return;
      const stopWatching = watchFrames(element, (frame) => latest.current(frame));
      stop = () => {
        stopWatching();
        started.stop();
      };
    });
    return () => {
      isOver = true;
      stop();
      setCamera(null);
      setLit(false);
    };
  }, [wanted]);

  const isRunning = camera !== null && typeof camera !== 'string';
  const torch = isRunning ? camera.torch : null;
  return (
    <section class="stage" aria-label={say(SCAN_TEXTS.camera)}>
      <video ref={video} class={isRunning ? 'running' : ''} muted playsInline aria-label={say(SCAN_TEXTS.camera)} />
      {typeof camera === 'string' && (
        <p class="notice" role="status" data-camera={camera}>
          {say(CAMERA_FAULT_TEXTS[camera])}
          {say({ zh: '。', en: '. ' })}
          {say(CAMERA_FAULT_TEXTS[camera].next)}
          {say({ zh: '。', en: '.' })}
        </p>
      )}
      {camera !== 'camera_insecure' && (
        <p class="tools">
          <button type="button" onClick={() => (typeof camera === 'string' ? restart(setWanted) : setWanted(!wanted))}>
            {say(isRunning ? SCAN_TEXTS.camera_stop : SCAN_TEXTS.camera_start)}
          </button>
          {torch !== null && (
            <button
              type="button"
              onClick={() => {
                void torch(!isLit);
                setLit(!isLit);
              }}
            >
              {say(isLit ? SCAN_TEXTS.torch_off : SCAN_TEXTS.torch_on)}
            </button>
          )}
        </p>
      )}
      {hint !== undefined && typeof camera !== 'string' && <p class="quiet">{say(hint)}</p>}
    </section>
  );
}

function restart(setWanted: (wanted: boolean) => void): void {
  setWanted(false);
  setTimeout(() => setWanted(true), 0);
}
