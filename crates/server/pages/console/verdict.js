// Whether the night holds: one word, one sentence, five checks. Pure.

/**
 * @typedef {{
 *   ageSeconds: number, opensInSeconds: number, pausedSeconds: number | null, waiting: number, livePasses: number, cap: number, rate: number,
 *   admitsPerSecond: number, isFull: boolean, seats: number, free: number, held: number, soldPerSecond: number, seatsPerBuyer: number, answers: number, errors: number,
 *   ordersWaiting: number, secondsSinceCommit: number, slow: { name: string, p99: number, goal: number, seconds: number } | null,
 *   eventsWaiting: number, eventsParked: number, flowSeconds: number,
 * }} Figures
 * @typedef {{ word: string, why: [string, Record<string, number | string>][], checks: boolean[] }} Verdict
 */

const ERRORS_MAX = 0.001;
const SLOW_SECONDS = 30;
const STORING_SECONDS = 5;
const STALE_SECONDS = 3;
const FLOW_LEAST = 0.9;
const FLOW_SECONDS = 30;
const EVENTS_MAX = 1000;
/** Further ahead than this a time of day says nothing. */
const SOLD_OUT_SECONDS = 6 * 3600;

/** @param {Figures} f @returns {Verdict} */
export function judge(f) {
  const isSlow = f.slow !== null && f.slow.seconds >= SLOW_SECONDS;
  const hasErrors = f.answers > 0 && f.errors / f.answers > ERRORS_MAX;
  const isStuck = f.ordersWaiting > 0 && f.secondsSinceCommit > STORING_SECONDS;
  const isLate = f.eventsParked > 0 || f.eventsWaiting > EVENTS_MAX;
  const isOver = f.livePasses > f.cap;
  const checks = [!isSlow, !hasErrors, !isStuck, !isLate, !isOver];
  /** @param {string} word @param {...[string, Record<string, number | string>]} why */
  const say = (word, ...why) => ({ word, why, checks });
  if (f.ageSeconds > STALE_SECONDS) return say('stale', ['whyStale', { seconds: f.ageSeconds }]);
  if (hasErrors) return say('trouble', ['whyErrors', { n: ((100 * f.errors) / f.answers).toFixed(1) }]);
  if (isStuck) return say('trouble', ['whyStoring', { n: Math.round(f.secondsSinceCommit) }]);
  if (f.pausedSeconds !== null) return say('paused', ['whyPaused', { seconds: f.pausedSeconds, n: f.waiting }]);
  if (f.opensInSeconds > 0) return say('not-open', ['whyNotOpen', { n: f.waiting }]);
  if (isOver) return say('watch', ['whyCap', { n: f.livePasses, m: f.cap }]);
  if (isSlow && f.slow) return say('watch', ['whySlow', { class: f.slow.name, seconds: f.slow.seconds, n: f.slow.p99.toFixed(0), m: f.slow.goal }]);
  if (f.eventsParked > 0) return say('watch', ['whyParked', { n: f.eventsParked }]);
  if (isLate) return say('watch', ['whyEvents', { n: f.eventsWaiting }]);
  if (f.flowSeconds > FLOW_SECONDS) return say('watch', ['whyFlow', { n: f.admitsPerSecond.toFixed(1), m: f.rate }]);
  if (f.seats > 0 && f.free + f.held === 0) return say('sold-out', ['whySoldOut', { n: f.waiting }]);
  return say('holding', outlook(f), reach(f));
}

/** Whether fewer go in than cap and rate allow while people wait. @param {Figures} f */
export function isShort(f) {
  return f.waiting > 0 && !f.isFull && f.pausedSeconds === null && f.opensInSeconds <= 0 && f.admitsPerSecond < FLOW_LEAST * Math.min(f.rate, f.waiting);
}

/** @param {Figures} f @returns {[string, Record<string, number | string>]} */
function outlook(f) {
  if (f.seats === 0) return ['noSeats', {}];
  if (f.soldPerSecond <= 0) return ['noSales', {}];
  const inSeconds = (f.free + f.held) / f.soldPerSecond;
  return inSeconds > SOLD_OUT_SECONDS ? ['sellOutLater', {}] : ['sellOutAt', { inSeconds }];
}
/** @param {Figures} f @returns {[string, Record<string, number | string>]} */
function reach(f) {
  if (f.waiting === 0) return ['nobody', {}];
  if (f.seats === 0) return ['', {}];
  const people = Math.floor(f.free / Math.max(1, f.seatsPerBuyer));
  return people >= f.waiting ? ['reachAll', {}] : ['reach', { n: roughly(people) }];
}
/** Two digits: it is an estimate. @param {number} n */
function roughly(n) {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, n))) - 1);
  return Math.round(n / unit) * unit;
}
