// The panels that only show: the line, response times, refusals, storing.

import { plot, spark } from './charts.js';
import { sum } from './figures.js';
import { clock, count, knows, milliseconds, moment, rate, say } from './words.js';

/** @typedef {import('./figures.js').Past} Past */

/** Which routes each class is. @type {Record<string, string[]>} */
export const CLASSES = {
  poll: ['GET /api/waiting-queue-token/{userId}'], join: ['POST /api/waiting-queue-token'],
  see: ['GET /api/availability/seats/{concertOptionId}/{requestAt}', 'GET /api/availability/dates/{concertId}'],
  hold: ['POST /api/reservations'], pay: ['POST /api/user-balance/payment', 'POST /api/reservations/confirm'],
};
const GOAL_MS = 25;
const SECONDS = 'usher_http_request_seconds';
/** How p99 went, by class: a point each ten seconds would be too few, each second costs little. @type {Record<string, import('./charts.js').Point[]>} */
const trends = {};
const TREND_SECONDS = 300;

/** @param {string[]} routes @returns {(labels: Record<string, string>) => boolean} */
export const isOf = (routes) => (labels) => routes.includes(labels.route);

/** @param {string} name @param {import('./charts.js').Point} point */
function remember(name, point) {
  const trend = (trends[name] ??= []);
  if (trend[trend.length - 1]?.at === point.at) return trend;
  trend.push(point);
  while (trend[0].at < point.at - TREND_SECONDS * 1000) trend.shift();
  return trend;
}

/**
 * A panel is made once; what changes is written into it. @param {HTMLElement} panel @param {string} title @param {string} aside
 * @returns {HTMLElement} Where to write.
 */
export function frame(panel, title, aside) {
  const head = /** @type {HTMLElement} */ (panel.querySelector('h2'));
  if (head.textContent !== title) head.textContent = title;
  const note = panel.querySelector('.aside') ?? head.insertAdjacentElement('afterend', Object.assign(document.createElement('p'), { className: 'aside num' }));
  if (note && note.innerHTML !== aside) note.innerHTML = aside;
  return /** @type {HTMLElement} */ (panel.querySelector('.body') ?? panel.appendChild(Object.assign(document.createElement('div'), { className: 'body' })));
}

/** What limits letting in, in words. @param {import('./console.js').Room} room @param {import('./verdict.js').Figures} f */
function limit(room, f) {
  if (room.paused) return say('limitPaused');
  if (f.opensInSeconds > 0 && room.opensAt) return say('limitOpens', { time: clock(Date.parse(room.opensAt)) });
  if (room.waiting === 0) return say('limitNobody');
  if (room.livePasses >= room.livePassesMax) return say('limitCap', { n: count(room.livePassesMax) });
  return say('limitRate', { n: count(room.admitsPerSecond) });
}

/** @param {HTMLElement} panel @param {import('./console.js').Moment[]} moments @param {import('./console.js').Room} room @param {import('./verdict.js').Figures} f */
export function drawLine(panel, moments, room, f) {
  const body = frame(panel, say('line'), `${say('limits')} <b>${limit(room, f)}</b>`);
  const to = moments[moments.length - 1].at;
  const from = to - Math.max(120, Math.min(600, (to - moments[0].at) / 1000)) * 1000;
  const width = Math.max(240, panel.clientWidth - 32);
  const tall = Math.max(90, Math.min(124, (panel.clientHeight || 292) - 172));
  const waiting = moments.map(({ at, room }) => ({ at, value: room.waiting }));
  const admitted = moments.slice(1).map(({ at, room }, n) => ({ at, value: (1000 * Math.max(0, room.admitted - moments[n].room.admitted)) / Math.max(500, at - moments[n].at) }));
  const apart = to - from > 300000 ? 120000 : 60000;
  const ticks = [];
  for (let at = Math.ceil(from / apart) * apart; at < to - 15000; at += apart) ticks.push({ at, text: moment(at, true).slice(0, 5) });
  const opened = room.opensAt ? Date.parse(room.opensAt) : undefined;
  const short = (/** @type {number} */ n) => (n >= 10000 ? `${count(n / 1000)}k` : count(n, n % 1 === 0 ? 0 : 1));
  const sentence = say('lineSentence', { n: count(room.waiting), m: rate(f.admitsPerSecond) });
  const wide = { width, from, to, name: short, rule: opened };
  const charts = `<h3>${say('waitingPeople')}</h3>${plot(waiting, { ...wide, height: tall, label: sentence, ticks: [], empty: say('noWaiting') })}`
    + `<h3>${say('admitted')} <span class="limit-name">${say('rateLimit', { n: count(room.admitsPerSecond) })}</span></h3>`
    + plot(admitted, { ...wide, height: 92, label: sentence, ticks, steps: true, limit: room.admitsPerSecond });
  const chart = body.querySelector('.charts') ?? body.appendChild(Object.assign(document.createElement('div'), { className: 'charts' }));
  chart.innerHTML = charts;
  figures(body, moments, admitted);
}
/** The same as a table, for those who would rather read it. @param {HTMLElement} body @param {import('./console.js').Moment[]} moments @param {import('./charts.js').Point[]} admitted */
function figures(body, moments, admitted) {
  const made = /** @type {HTMLDetailsElement | null} */ (body.querySelector('details'));
  const details = made ?? body.appendChild(document.createElement('details'));
  if (!made) details.innerHTML = `<summary>${say('figures')}</summary><table class="num"><thead><tr><th>${say('time')}</th><th>${say('waitingPeople')}</th><th>${say('admitted')}</th></tr></thead><tbody></tbody></table>`;
  if (!details.open) return;
  const rows = moments.slice(-10).reverse().map(({ at, room }) => `<tr><td>${moment(at, true)}</td><td>${count(room.waiting)}</td><td>${rate(admitted.find((point) => point.at === at)?.value ?? 0)}</td></tr>`);
  /** @type {HTMLElement} */ (details.querySelector('tbody')).innerHTML = rows.join('');
}

/** @param {HTMLElement} panel @param {Past} past */
export function drawLatency(panel, past) {
  const body = frame(panel, say('latency'), say('window'));
  const at = past.last.at;
  const rows = Object.entries(CLASSES).map(([name, routes]) => {
    const q = (/** @type {number} */ of) => {
      const seconds = past.quantile(10, SECONDS, of, isOf(routes));
      return seconds === null ? null : seconds * 1000;
    };
    const p99 = q(0.99);
    const trend = remember(name, { at, value: p99 });
    const line = spark(trend, { width: 84, height: 20, top: 2 * GOAL_MS, from: at - TREND_SECONDS * 1000, to: at });
    const cells = [rate(past.rate(10, `${SECONDS}_count`, isOf(routes))), milliseconds(q(0.5)), milliseconds(q(0.95))].map((text) => `<td>${text}</td>`);
    return `<tr><th scope="row">${say(name)}</th>${cells.join('')}<td class="p99 ${p99 !== null && p99 > GOAL_MS ? 'over' : ''}">${milliseconds(p99)}</td><td class="trend">${line}</td><td class="goal">${GOAL_MS}</td></tr>`;
  });
  body.innerHTML = `<table class="num"><thead><tr><th scope="col">${say('kind')}</th><th scope="col">${say('perSec')}</th><th scope="col">p50</th><th scope="col">p95</th><th scope="col">p99</th><th scope="col">${say('trend')}</th><th scope="col">${say('goal')}</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

const REFUSALS_MAX = 6;
/** @param {HTMLElement} panel @param {Past} past */
export function drawRefusals(panel, past) {
  const body = frame(panel, say('refusals'), say('lastMinute'));
  const codes = [...new Set((past.last.sample.get('usher_refusals_total') ?? []).map((row) => row.labels.code))].filter((code) => code !== 'internal');
  const counted = codes.map((code) => ({ code, n: past.rise(60, 'usher_refusals_total', (labels) => labels.code === code) })).filter(({ n }) => n > 0);
  counted.sort((a, b) => b.n - a.n);
  const most = counted[0]?.n ?? 1;
  const rows = counted.slice(0, REFUSALS_MAX).map(({ code, n }) => `<tr><th scope="row">${knows(code) ? say(code) : ''} <small>${code}</small></th><td class="bar"><i data-p="${(n / most).toFixed(4)}"></i></td><td>${count(n)}</td></tr>`);
  const errors = past.rise(60, 'usher_http_requests_total', (labels) => labels.status === '500' || labels.status === '501');
  const none = rows.length === 0 ? `<tr><th scope="row" class="none">${say('noRefusals')}</th><td></td><td></td></tr>` : '';
  body.innerHTML = `<table class="num">${rows.join('')}${none}<tr class="${errors > 0 ? 'bad' : 'ok'}"><th scope="row">${say('serverErrors')} <small>5xx</small></th><td class="bar"><i data-p="${errors > 0 ? 1 : 0}"></i></td><td>${count(errors)}</td></tr></table>`;
  for (const bar of body.querySelectorAll('i')) bar.style.setProperty('--p', bar.dataset.p ?? '0');
}

/** @param {HTMLElement} panel @param {Past} past @param {{ waiting: number, parked: number, count: number }} webhooks */
export function drawStore(panel, past, webhooks) {
  const body = frame(panel, say('store'), say('minute'));
  const { at, sample } = past.last;
  const batches = past.rise(60, 'usher_batches_total');
  const median = past.quantile(10, 'usher_batch_seconds', 0.5);
  const p99 = past.quantile(60, 'usher_batch_seconds', 0.99);
  const orders = batches > 0 ? past.rise(60, 'usher_batch_orders_sum') / batches : 0;
  const waiting = sum(sample, 'usher_orders_waiting');
  const cpu = past.rate(2, 'process_cpu_seconds_total') * 100;
  const memory = sum(sample, 'process_resident_memory_bytes') / 2 ** 20;
  const ms = (/** @type {number | null} */ seconds) => (seconds === null ? '–' : `${milliseconds(seconds * 1000)} ms`);
  /** @type {[string, number | null, string, string][]} */
  const rows = [
    ['commit', median === null ? null : median * 1000, ms(median), say('p99', { n: milliseconds(p99 === null ? null : p99 * 1000) })],
    ['batch', orders, count(orders, 1), say('most')],
    ['orders', waiting, count(waiting), ''],
    ['events', webhooks.waiting, count(webhooks.waiting), webhooks.count === 0 ? say('noReceivers') : say('parked', { n: count(webhooks.parked) })],
    ['cpu', cpu, `${count(cpu)} %`, say('cores')],
    ['memory', memory, `${count(memory)} MiB`, ''],
  ];
  body.innerHTML = `<table class="num">${rows.map(([name, value, text, more]) => {
    const trend = remember(`store-${name}`, { at, value });
    return `<tr><th scope="row">${say(name)}</th><td class="trend">${spark(trend, { width: 96, height: 20, from: at - 60000, to: at })}</td><td><b>${text}</b> <small>${more}</small></td></tr>`;
  }).join('')}</table>`;
}
