// Times of the day and expected waits, in the words of wait.js, into which this file is written: functions alone.

/** @param {number | Date} at @param {boolean} [seconds] */
function hours(at, seconds) {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: data.zone, hour: 'numeric', minute: '2-digit', second: seconds ? '2-digit' : undefined, hour12: true,
  }).formatToParts(at);
  const { hour, minute, second, dayPeriod } = Object.fromEntries(parts.map((part) => [part.type, part.value]));
  const time = [hour, minute, second].slice(0, seconds ? 3 : 2).join(':');
  return { half: korean ? (dayPeriod === 'PM' ? '오후' : '오전') : dayPeriod, time };
}
/** @param {number | Date} at @param {boolean} [seconds] */
function clock(at, seconds) {
  const { half, time } = hours(at, seconds);
  return korean ? `${half}\u00a0${time}` : `${time}\u00a0${half}`;
}
/** Between two ends that may stand on two lines. */
function between() {
  return say('to') + '\u200b';
}
/** @param {number} from @param {number} to */
function clocks(from, to) {
  const [a, b] = [hours(from), hours(to)];
  if (a.half !== b.half) return clock(from) + between() + clock(to);
  if (a.time === b.time) return clock(from);
  const both = a.time + say('to') + b.time;
  return korean ? `${a.half}\u00a0${both}` : `${both}\u00a0${a.half}`;
}
/** How long and until when, as a range: 0.85 to 1.25 of the estimate. @param {number} eta Seconds. */
function range(eta) {
  /** @param {number} minutes */
  const step = (minutes) => (minutes <= 10 ? 1 : minutes <= 60 ? 5 : 10);
  const [exactLow, exactHigh] = [(eta * 0.85) / 60, (eta * 1.25) / 60];
  const low = Math.round(exactLow / step(exactLow)) * step(exactLow);
  const high = Math.ceil(exactHigh / step(exactHigh)) * step(exactHigh);
  const unit = (high <= 10 ? 1 : 5) * 60000;
  const whole = (/** @type {number} */ minutes) => Math.floor((now() + minutes * 60000) / unit) * unit;
  const until = clocks(whole(low), whole(high));
  if (exactHigh <= 1) return { left: say('soon'), until, high };
  if (low > 180) return { left: say('long'), until: clock(now() + low * 60000), high };
  /** @param {number} minutes */
  const words = (minutes) => {
    const h = Math.floor(minutes / 60);
    const m = minutes % 60;
    if (h === 0) return say('min', { n: m });
    return m === 0 ? say('hours', { h }) : say('hoursMin', { h, m });
  };
  if (low === high) return { left: words(high), until, high };
  const left = high < 60 ? say('min', { n: low + say('to') + high }) : words(low) + between() + words(high);
  return { left, until, high };
}
