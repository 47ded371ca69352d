// Small charts as SVG, drawn anew each second: time to the right, zero at the bottom, no smoothing, no gap bridged.

/** @typedef {{ at: number, value: number | null }} Point */

/** A round number at or above. @param {number} n */
export function ceiling(n) {
  if (n <= 1) return 1;
  const unit = 10 ** Math.floor(Math.log10(n));
  return [1, 2, 3, 4, 5, 6, 8, 10].map((times) => times * unit).find((top) => top >= n) ?? 10 * unit;
}

/** @param {Point[]} points @param {(at: number) => number} x @param {(value: number) => number} y @param {boolean} [steps] */
function path(points, x, y, steps) {
  let text = '';
  let isOpen = false;
  for (const { at, value } of points) {
    if (value === null) { isOpen = false; continue; }
    text += isOpen ? (steps ? `H${x(at).toFixed(1)}V${y(value).toFixed(1)}` : `L${x(at).toFixed(1)} ${y(value).toFixed(1)}`) : `M${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    isOpen = true;
  }
  return text;
}

/** A trend without axes. @param {Point[]} points @param {{ width: number, height: number, top?: number, from: number, to: number }} on */
export function spark(points, { width, height, top, from, to }) {
  const most = Math.max(top ?? 0, ...points.map((point) => point.value ?? 0), 1e-9);
  const x = (/** @type {number} */ at) => ((at - from) / Math.max(1, to - from)) * (width - 4);
  const y = (/** @type {number} */ value) => height - 2 - (value / most) * (height - 4);
  const last = points[points.length - 1];
  const dot = last && last.value !== null ? `<circle cx="${x(last.at).toFixed(1)}" cy="${y(last.value).toFixed(1)}" r="2.5"/>` : '';
  return `<svg class="spark" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" aria-hidden="true"><path d="${path(points, x, y)}"/>${dot}</svg>`;
}

/**
 * A plot with a grid of three lines: an area, or steps with a limit.
 * @param {Point[]} points
 * @param {{ width: number, height: number, from: number, to: number, label: string, name(value: number): string, ticks: { at: number, text: string }[], rule?: number, limit?: number, steps?: boolean, empty?: string }} on
 */
export function plot(points, { width, height, from, to, label, name, ticks, rule, limit, steps, empty }) {
  const [left, top, bottom] = [38, 8, ticks.length > 0 ? 18 : 6];
  const most = ceiling(Math.max(limit ?? 0, ...points.map((point) => point.value ?? 0)));
  const x = (/** @type {number} */ at) => left + ((at - from) / (to - from)) * (width - left - 6);
  const y = (/** @type {number} */ value) => height - bottom - (value / most) * (height - bottom - top);
  const grid = [0, most / 2, most].map((value) => `<path class="grid" d="M${left} ${y(value)}H${width}"/><text class="tick-name" x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${name(value)}</text>`);
  const marks = ticks.map(({ at, text }) => `<text class="tick-name" x="${x(at)}" y="${height - 2}" text-anchor="middle">${text}</text>`);
  const line = path(points, x, y, steps);
  const known = points.filter((point) => point.value !== null);
  const [first, last] = [known[0], known[known.length - 1]];
  const area = steps || known.length === 0 ? '' : `<path class="area" d="${line}L${x(last.at).toFixed(1)} ${y(0)}L${x(first.at).toFixed(1)} ${y(0)}Z"/>`;
  const ruled = rule !== undefined && rule > from && rule < to ? `<path class="rule" d="M${x(rule)} ${top}V${height - bottom}"/>` : '';
  const limited = limit === undefined ? '' : `<path class="limit" d="M${left} ${y(limit)}H${width}"/>`;
  const dot = last ? `<circle cx="${x(last.at).toFixed(1)}" cy="${y(/** @type {number} */ (last.value)).toFixed(1)}" r="3"/>` : '';
  const none = empty && !known.some((point) => point.value) ? `<text class="none" x="${(left + width) / 2}" y="${height / 2}" text-anchor="middle">${empty}</text>` : '';
  return `<svg class="plot" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">${grid.join('')}${marks.join('')}${ruled}${area}<path class="line" d="${line}"/>${limited}${dot}${none}</svg>`;
}
