// The sound that says that it is one's turn: four tones.

const PITCHES = [659, 880, 659, 880];
const EVERY_S = 0.28;

/** Call it in answer to a press, or the browser will not allow the sound. @returns {() => void} Rings. */
export function bell() {
  const audio = new AudioContext();
  audio.resume();
  return () => {
    for (const [n, pitch] of PITCHES.entries()) {
      const [tone, volume] = [audio.createOscillator(), audio.createGain()];
      const at = audio.currentTime + n * EVERY_S;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.25, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + EVERY_S - 0.02);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + EVERY_S - 0.01);
    }
  };
}
