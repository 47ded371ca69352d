// The figures of `/metrics`: read from Prometheus text, compared over time.

/** @typedef {{ labels: Record<string, string>, value: number }} Row */
/** @typedef {Map<string, Row[]>} Sample */

/** @param {string} text @returns {Sample} */
export function parse(text) {
  /** @type {Sample} */
  const sample = new Map();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const end = line.lastIndexOf(' ');
    const open = line.indexOf('{');
    const name = line.slice(0, open < 0 ? end : open);
    /** @type {Record<string, string>} */
    const labels = {};
    if (open >= 0) for (const [, key, value] of line.slice(open, end).matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) labels[key] = value;
    const rows = sample.get(name);
    const row = { labels, value: Number(line.slice(end + 1)) };
    if (rows) rows.push(row);
    else sample.set(name, [row]);
  }
  return sample;
}

/** @param {Sample | undefined} sample @param {string} name @param {(labels: Record<string, string>) => boolean} [of] */
export function sum(sample, name, of = () => true) {
  return (sample?.get(name) ?? []).reduce((all, row) => (of(row.labels) ? all + row.value : all), 0);
}

/**
 * A quantile of a histogram between two samples, in its own unit; null without observations.
 * @param {Sample | undefined} before @param {Sample} after @param {string} name @param {number} q @param {(labels: Record<string, string>) => boolean} [of]
 */
export function quantile(before, after, name, q, of = () => true) {
  /** @type {Map<number, number>} */
  const buckets = new Map();
  const add = (/** @type {Sample | undefined} */ sample, /** @type {number} */ sign) => {
    for (const { labels, value } of sample?.get(`${name}_bucket`) ?? []) {
      if (!of(labels)) continue;
      const bound = labels.le === '+Inf' ? Infinity : Number(labels.le);
      buckets.set(bound, (buckets.get(bound) ?? 0) + sign * value);
    }
  };
  add(after, 1);
  add(before, -1);
  const bounds = [...buckets.keys()].sort((a, b) => a - b);
  const total = buckets.get(Infinity) ?? 0;
  if (total <= 0) return null;
  let [low, below] = [0, 0];
  for (const bound of bounds) {
    const upTo = buckets.get(bound) ?? 0;
    if (upTo >= q * total) {
      if (bound === Infinity) return low;
      return low + ((bound - low) * (q * total - below)) / Math.max(1, upTo - below);
    }
    [low, below] = [bound, upTo];
  }
  return low;
}

/** Samples of the last minutes, with the one so long ago. */
export class Past {
  /** @param {number} most */
  constructor(most) {
    this.most = most;
    /** @type {{ at: number, sample: Sample }[]} */
    this.kept = [];
  }
  /** @param {number} at @param {Sample} sample */
  add(at, sample) {
    this.kept.push({ at, sample });
    while (this.kept.length > this.most) this.kept.shift();
  }
  get last() {
    return this.kept[this.kept.length - 1];
  }
  /** The newest sample at least so many seconds older than the last, or the oldest. @param {number} seconds */
  ago(seconds) {
    const until = this.last.at - seconds * 1000 + 200;
    return this.kept.findLast((one) => one.at <= until) ?? this.kept[0];
  }
  /** A counter's rise a second. @param {number} seconds @param {string} name @param {(labels: Record<string, string>) => boolean} [of] */
  rate(seconds, name, of) {
    const [from, to] = [this.ago(seconds), this.last];
    const took = (to.at - from.at) / 1000;
    return took <= 0 ? 0 : Math.max(0, sum(to.sample, name, of) - sum(from.sample, name, of)) / took;
  }
  /** A counter's rise. @param {number} seconds @param {string} name @param {(labels: Record<string, string>) => boolean} [of] */
  rise(seconds, name, of) {
    return Math.max(0, sum(this.last.sample, name, of) - sum(this.ago(seconds).sample, name, of));
  }
  /** @param {number} seconds @param {string} name @param {number} q @param {(labels: Record<string, string>) => boolean} [of] */
  quantile(seconds, name, q, of) {
    const from = this.ago(seconds);
    return quantile(from === this.last ? undefined : from.sample, this.last.sample, name, q, of);
  }
}
