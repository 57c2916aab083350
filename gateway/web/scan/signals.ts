import { decisionOf, type Outcome } from '../asking/outcome.ts';

/** Tones in hertz, one after another, and how each outcome shakes: told apart with eyes closed. */
const SIGNALS = {
  pass: { tones: [880, 1320], toneMs: 110, vibration: [90] },
  restrict: { tones: [220, 220, 220], toneMs: 200, vibration: [300, 120, 300] },
  refer: { tones: [520, 392], toneMs: 220, vibration: [90, 90, 90, 90, 90] },
  problem: { tones: [160], toneMs: 420, vibration: [500] },
} as const;
const GAP_S = 0.04;
const LOUDNESS = 0.25;

/** Tells outcomes by sound and by vibration. Browsers let a page sound after somebody has touched it. */
export class Signals {
  #context: AudioContext | null = null;
  muted = false;

  /** To be called from a press or a key: what sounds later was allowed here. */
  allow(): void {
    this.#context ??= new AudioContext();
    if (this.#context.state === 'suspended') void this.#context.resume();
  }

  tell(outcome: Outcome): void {
    const { tones, toneMs, vibration } = SIGNALS[decisionOf(outcome) ?? 'problem'];
    // A page that nobody has touched yet may not shake, and browsers complain where it tries.
    if (navigator.userActivation?.hasBeenActive === true) navigator.vibrate?.([...vibration]);
    if (this.muted || this.#context?.state !== 'running') return;
    for (const [at, hertz] of tones.entries()) sound(this.#context, hertz, at * (toneMs / 1000 + GAP_S), toneMs / 1000);
  }
}

function sound(context: AudioContext, hertz: number, afterS: number, lengthS: number): void {
  const startS = context.currentTime + afterS;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(LOUDNESS, startS);
  gain.gain.exponentialRampToValueAtTime(0.001, startS + lengthS);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(startS);
  oscillator.stop(startS + lengthS);
}
