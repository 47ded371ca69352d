// The console: asks once a second how the room, the hall and the house are, and draws it. A hidden tab draws nothing.

import { Past, sum } from './figures.js';
import { lookUp } from './fan.js';
import { CLASSES, drawLatency, drawLine, drawRefusals, drawStore, isOf } from './panels.js';
import { drawControls, setUpControls } from './room.js';
import { isShort, judge } from './verdict.js';
import { clock, count, lasting, money, rate, say, themeSwitch, wait } from './words.js';

/** @typedef {{ waitingQueueId: string, opensAt: string | null, paused: boolean, message: string | null, livePassesMax: number, admitsPerSecond: number, waiting: number, livePasses: number, admitted: number, outflowPerSecond: number }} Room */
/** @typedef {{ concertOptionId: number, waitingQueueId: string, price: number, seatsTotal: number, held: number, sold: number, blocked: number, bookings: number }} Part */
/** @typedef {{ concert: { concertId: number, title: string }, performances: Part[] }} Hall */
/** @typedef {{ at: number, room: Room, hall: Hall | null }} Moment */

const EVERY_MS = 1000;
const KEPT_SECONDS = 600;
const SLOW_GOAL_MS = 25;

const node = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const asked = new URLSearchParams(location.search);
/** @type {{ concertId: number, title: string }[]} */
const concerts = JSON.parse(node('data').textContent || '[]');
const concert = Number(asked.get('concert')) || concerts[0]?.concertId || 1;

/** @type {Past} */
export const past = new Past(KEPT_SECONDS);
/** @type {Moment[]} */
export const moments = [];
let roomName = asked.get('room') ?? '';
let webhooks = { waiting: 0, parked: 0, count: 0 };
let answeredAt = Date.now();
let ticks = 0;
/** Since when each of these holds; null: it does not. @type {Record<string, number | null>} */
const since = { paused: null, slow: null, short: null };
let committed = { count: -1, at: Date.now() };

/** @param {string} path */
async function read(path) {
  const answer = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(5000) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer;
}

async function tick() {
  if (!document.hidden) {
    try {
      await gather();
    } catch {
      // What is shown grows old, and says so.
    }
    draw();
  }
  setTimeout(tick, Math.max(100, EVERY_MS - (Date.now() % EVERY_MS)));
}

async function gather() {
  const hall = concerts.length > 0 ? read(`/admin/concerts/${concert}/hall`).then((answer) => answer.json()).catch(() => null) : null;
  const [text, shown] = await Promise.all([read('/metrics').then((answer) => answer.text()), hall]);
  if (!roomName) roomName = shown?.performances[0]?.waitingQueueId ?? 'main';
  const room = await (await read(`/admin/rooms/${encodeURIComponent(roomName)}`)).json();
  if (ticks % 5 === 0) {
    const list = (await (await read('/admin/webhooks')).json()).webhooks;
    const all = (/** @type {string} */ key) => list.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one[key], 0);
    webhooks = { waiting: all('pending'), parked: all('parked'), count: list.length };
  }
  ticks += 1;
  const at = Date.now();
  const { parse } = await import('./figures.js');
  past.add(at, parse(text));
  moments.push({ at, room, hall: shown });
  while (moments.length > KEPT_SECONDS) moments.shift();
  answeredAt = at;
}

/** The moment at least so many seconds before the last. @param {number} seconds */
function before(seconds) {
  const until = moments[moments.length - 1].at - seconds * 1000;
  return moments.findLast((moment) => moment.at <= until) ?? moments[0];
}
/** @param {Hall | null} hall */
function totals(hall) {
  const parts = (hall?.performances ?? []).filter((part) => part.waitingQueueId === roomName);
  const all = (/** @type {(part: Part) => number} */ of) => parts.reduce((sum, part) => sum + of(part), 0);
  return {
    seats: all((part) => part.seatsTotal - part.blocked), held: all((part) => part.held), sold: all((part) => part.sold),
    bookings: all((part) => part.bookings), revenue: all((part) => part.sold * part.price),
  };
}
/** @param {string} name @param {boolean} holds @param {number} at */
function keepSince(name, holds, at) {
  if (!holds) since[name] = null;
  else since[name] ??= at;
  const from = since[name];
  return from === null ? null : (at - from) / 1000;
}
/** Seconds between a minute ago and now, at least one. @param {number} seconds */
function span(seconds) {
  return Math.max(1, (moments[moments.length - 1].at - before(seconds).at) / 1000);
}

function draw() {
  const now = Date.now();
  node('clock').textContent = clock(now, true);
  const age = (now - answeredAt) / 1000;
  document.body.classList.toggle('stale', age > 3);
  node('every').textContent = age > 3 ? say('whyStale', { ago: lasting(age) }) : say('every');
  const moment = moments[moments.length - 1];
  if (!moment) return;
  const { room } = moment;
  node('event').textContent = moment.hall?.concert.title ?? say('title');
  node('room-name').textContent = say('room', { room: room.waitingQueueId });
  const opens = room.opensAt ? Date.parse(room.opensAt) : null;
  node('opened').textContent = opens === null ? say('alwaysOpen')
    : opens > now ? say('opensAt', { time: clock(opens, true) }) : say('openedAt', { time: clock(opens, true), ago: lasting((now - opens) / 1000) });
  const figures = weigh(moment, age, now);
  drawVerdict(figures);
  drawFlow(moment, figures);
  drawLine(node('line'), moments, room, figures);
  drawLatency(node('latency'), past);
  drawRefusals(node('refusals'), past);
  drawStore(node('store'), past, webhooks);
  drawControls(node('controls'), room);
}

/** @param {Moment} moment @param {number} age @param {number} now @returns {import('./verdict.js').Figures} */
function weigh(moment, age, now) {
  const { room } = moment;
  const { seats, held, sold, bookings } = totals(moment.hall);
  const commits = sum(past.last.sample, 'usher_commits_total');
  if (commits !== committed.count) committed = { count: commits, at: now };
  const isServerError = (/** @type {Record<string, string>} */ labels) => labels.status === '500' || labels.status === '501';
  const p99 = ['hold', 'pay'].map((name) => ({ name: say(name), p99: (past.quantile(10, 'usher_http_request_seconds', 0.99, isOf(CLASSES[name])) ?? 0) * 1000 }));
  const slowest = p99.reduce((a, b) => (b.p99 > a.p99 ? b : a));
  const slowFor = keepSince('slow', slowest.p99 > SLOW_GOAL_MS, now);
  const figures = {
    ageSeconds: age, opensInSeconds: room.opensAt ? (Date.parse(room.opensAt) - now) / 1000 : 0, pausedSeconds: keepSince('paused', room.paused, now),
    waiting: room.waiting, livePasses: room.livePasses, cap: room.livePassesMax, rate: room.admitsPerSecond,
    admitsPerSecond: Math.max(0, room.admitted - before(10).room.admitted) / span(10), isFull: room.livePasses >= room.livePassesMax, seats, held,
    free: Math.max(0, seats - held - sold), soldPerSecond: Math.max(0, sold - totals(before(60).hall).sold) / span(60), seatsPerBuyer: bookings > 0 ? sold / bookings : 1,
    answers: past.rise(10, 'usher_http_requests_total'), errors: past.rise(10, 'usher_http_requests_total', isServerError),
    ordersWaiting: sum(past.last.sample, 'usher_orders_waiting'), secondsSinceCommit: (now - committed.at) / 1000,
    slow: slowFor === null ? null : { ...slowest, goal: SLOW_GOAL_MS, seconds: slowFor }, eventsWaiting: webhooks.waiting, eventsParked: webhooks.parked, flowSeconds: 0,
  };
  figures.flowSeconds = keepSince('short', isShort(figures), now) ?? 0;
  return figures;
}

/** @param {import('./verdict.js').Figures} figures */
function drawVerdict(figures) {
  const { word, why, checks } = judge(figures);
  node('verdict').className = word;
  const sentences = why.filter(([key]) => key).map(([key, values]) => say(key, {
    ...values, n: typeof values.n === 'number' ? count(values.n) : values.n, ago: lasting(Number(values.seconds ?? 0)),
    time: clock(Date.now() + 1000 * Number(values.inSeconds ?? 0)),
  }));
  write(node('why'), sentences.join(' '));
  // Said when the word changes, not with every number in the sentences.
  if (node('word').textContent !== say(word)) write(node('verdict-said'), [say(word), ...sentences].join('. '));
  write(node('word'), say(word));
  const list = node('checks');
  const targets = ['latency', 'refusals', 'store', 'store', 'controls'];
  checks.forEach((isFine, n) => {
    const item = list.children[n] ?? list.appendChild(document.createElement('li'));
    const link = /** @type {HTMLAnchorElement} */ (item.firstChild ?? item.appendChild(document.createElement('a')));
    link.href = `#${targets[n]}`;
    item.className = isFine ? '' : 'bad';
    write(link, `${isFine ? '✓' : '!'} ${say(`check${n + 1}`)}${isFine ? '' : ` · ${say('checkBad')}`}`);
  });
}
/** @param {Element} where @param {string} text */
function write(where, text) {
  if (where.textContent !== text) where.textContent = text;
}

/** @param {Moment} moment @param {import('./verdict.js').Figures} f */
function drawFlow(moment, f) {
  const { room } = moment;
  const { bookings, revenue } = totals(moment.hall);
  const sold = f.seats - f.free - f.held;
  const type = (/** @type {string} */ name) => (/** @type {Record<string, string>} */ labels) => labels.type === name;
  // What really came in, also while less than a minute is known.
  const perMinute = revenue - totals(before(60).hall).revenue;
  const expired = past.rate(60, 'usher_events_total', type('hold.expired'));
  const refunds = past.rise(KEPT_SECONDS, 'usher_events_total', type('booking.cancelled'));
  const last = room.outflowPerSecond > 0 && room.waiting > 0 ? wait(room.waiting / room.outflowPerSecond) : '–';
  const flow = node('flow');
  const html = [
    vessel(say('waiting'), count(room.waiting), say('people'), `${say('lastIn')} <b>${last}</b>`),
    pipe(f.admitsPerSecond, say('admits')),
    vessel(say('passes'), count(room.livePasses), `/ ${count(room.livePassesMax)}`, '', room.livePasses / Math.max(1, room.livePassesMax)),
    pipe(past.rate(10, 'usher_events_total', type('hold.placed')), say('holds')),
    vessel(say('heldSeats'), count(f.held), say('seats'), `${say('expired', { n: rate(expired) })}`),
    pipe(past.rate(10, 'usher_events_total', type('booking.made')), say('bookings')),
    vessel(say('sold'), count(sold), say('ofSeats', { n: count(f.seats) }), say('bookingsCount', { n: count(bookings) }), f.seats > 0 ? sold / f.seats : 0, 'blue'),
    `<div class="vessel" title="₩${count(revenue)}"><h3>${say('revenue')}</h3><p class="num"><b>${money(revenue)}</b></p><p class="under num">${say('perMinute', { n: `<b>${money(Math.max(0, perMinute))}</b>` })} · ${say('refunds', { n: count(refunds) })}</p></div>`,
  ].join('');
  /** @type {HTMLElement} */ (flow.querySelector('div') ?? flow.appendChild(document.createElement('div'))).innerHTML = html;
  for (const bar of flow.querySelectorAll('[data-p]')) /** @type {HTMLElement} */ (bar).style.setProperty('--p', /** @type {HTMLElement} */ (bar).dataset.p ?? '0');
}
/** @param {string} name @param {string} big @param {string} unit @param {string} under @param {number} [share] @param {string} [kind] */
function vessel(name, big, unit, under, share, kind) {
  const bar = share === undefined ? '' : `<span class="fill ${kind ?? ''}" data-p="${Math.min(1, share).toFixed(4)}"><i></i></span>`;
  return `<div class="vessel"><h3>${name}</h3><p class="num"><b>${big}</b> <small>${unit}</small></p>${bar}${under && !bar ? `<p class="under num">${under}</p>` : ''}</div>`;
}
/** @param {number} perSecond @param {string} name */
function pipe(perSecond, name) {
  return `<div class="pipe"><b class="num">${say('perSecond', { n: rate(perSecond) })}</b><svg width="58" height="9" viewBox="0 0 58 9" aria-hidden="true"><path d="M0 4.5h56M51 .5l5 4-5 4"/></svg><span>${name}</span></div>`;
}

themeSwitch();
document.title = say('title');
node('flow-title').textContent = say('flow');
const other = new URLSearchParams(asked);
other.set('lang', document.documentElement.lang === 'ko' ? 'en' : 'ko');
/** @type {HTMLAnchorElement} */ (node('language')).href = `?${other}`;
setUpControls(node('controls'), node('acts'), () => roomName);
lookUp(node('look'), () => roomName);
tick();
