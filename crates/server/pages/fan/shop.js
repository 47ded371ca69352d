// After the line: which date, which seats, pay, booked. Every refusal says why, what to do next and what is kept.

import { balanceOf, band, busy, countdown, day, el, left, money, row, speaker, surely } from './parts.js';
import { mark } from './map.js';
import { seatsScreen } from './seats.js';

/** @typedef {import('../types').House} House */
/** @typedef {import('../types').Pass} Pass */
/** @typedef {import('../types').Hold} Hold */
/** @typedef {import('../types').Booking} Booking */
/** @typedef {import('../types').Performance} Performance */

/** Codes after which there is no pass any more. */
const NO_PASS = ['pass-required', 'pass-not-active', 'pass-expired', 'pass-used', 'left-line', 'not-in-line'];
const STATUSES_MAX = 12;
const MINE = 4;

/** @type {House} */
let house;
/** @type {HTMLElement} */
let host;
/** @type {Pass | null} */
let pass;
/** @type {(key: string, values?: import('../types').Values) => string} */
let say;
/** Ends what the screen before had running. */
let leave = () => {};

/**
 * Begins after the line, or where the fan was before the page was closed.
 * @param {House} theHouse @param {HTMLElement} theHost @param {Pass | null} thePass @param {string} [at] `bookings`: at the last booking.
 */
export async function open(theHouse, theHost, thePass, at) {
  [house, host, pass] = [theHouse, theHost, thePass];
  await style();
  const words = house.data.lang === 'ko' ? await import('./shop.ko.js') : await import('./shop.en.js');
  say = speaker(words.default);
  const dates = await house.ask('GET', `/c/${house.data.concert.concertId}/dates`);
  if (dates.status === 200) house.performances = /** @type {any} */ (dates.body).performances;
  const known = await Promise.all(house.performances.slice(0, STATUSES_MAX).map(
    (performance) => house.ask('GET', `/api/reservations/status/${encodeURIComponent(house.user)}/${performance.concertOptionId}`)));
  const live = known.flatMap((answer) => (answer.status === 200 ? /** @type {any} */ (answer.body).reservationStatusResponses : []));
  const hold = live.find((one) => one.isTemporary);
  if (hold) return payScreen(hold);
  const booking = live.filter((one) => !one.isTemporary).pop();
  if (at === 'bookings') return booking ? bookedScreen(booking) : house.ended('pass-used');
  return datesScreen();
}

/** The style comes with the first screen that needs it. */
function style() {
  return new Promise((resolve) => {
    const link = el('link', { rel: 'stylesheet', href: '/pages/shop.css', onload: resolve, onerror: resolve });
    document.head.append(link);
  });
}

/** @param {HTMLElement} screen @param {() => void} [ending] */
function show(screen, ending = () => {}) {
  leave();
  leave = ending;
  host.replaceChildren(screen);
  scrollTo(0, 0);
  /** @type {HTMLElement | null} */ (screen.querySelector('h1, h2'))?.focus();
}

/** @param {string} code */
function refused(code) {
  if (!NO_PASS.includes(code)) return false;
  leave();
  house.ended('pass-expired');
  return true;
}
/** The pass is over by our clock: the server has the last word. */
async function passOver() {
  const answer = await house.place();
  if (answer.status === 200 && answer.body.status === 'PROCESSING' && answer.body.validUntil) {
    pass = { token: answer.body.tokenValue, validUntil: answer.body.validUntil };
    return datesScreen();
  }
  refused(answer.problem?.code ?? 'pass-expired');
}

// Which date.

async function datesScreen() {
  const answer = await house.ask('GET', `/api/availability/dates/${house.data.concert.concertId}`, undefined, pass ? { 'X-Queue-Token': pass.token } : {});
  if (answer.problem && refused(answer.problem.code)) return;
  const counts = answer.status === 200 ? /** @type {any} */ (answer.body).availableDateResponses : [];
  /** @type {Map<number, number>} */
  const free = new Map(counts.map((/** @type {any} */ date) => [date.concertOptionId, date.seatsAvailable]));
  const cards = house.performances.filter((performance) => performance.waitingQueueId === house.room || !pass)
    .map((performance) => card(performance, free.get(performance.concertOptionId)));
  const first = house.performances[0];
  const torch = band(say('turn'), say('choose'));
  const note = el('p', { class: 'small note' }, say('limitNote', { n: first?.maxSeatsPerUser ?? 4, m: Math.round((first?.holdSeconds ?? 300) / 60) }));
  const screen = el('div', { class: 'column' }, pass?.validUntil && torch.box,
    el('div', { class: 'inner' }, el('h1', { tabindex: '-1', class: 'title' }, say('whichDate')), el('ul', { class: 'cards' }, ...cards), note));
  const until = Date.parse(pass?.validUntil ?? '');
  show(screen, pass?.validUntil ? countdown(house, say, torch, until, Math.max(300000, until - house.now()), passOver) : undefined);
}

/** @param {Performance} performance @param {number | undefined} free */
function card(performance, free) {
  const isOpen = Date.parse(performance.saleOpensAt) <= house.now();
  const isOver = performance.state !== 'ON_SALE' || Date.parse(performance.saleClosesAt) <= house.now();
  const can = isOpen && !isOver && free !== 0;
  const state = isOver ? say('ended') : !isOpen ? say('opensAt', { time: house.clock(Date.parse(performance.saleOpensAt)) }) : free === 0 ? say('soldOut') : say('choosing');
  const bar = el('span', { class: 'share' }, el('i', {}));
  bar.style.setProperty('--p', String((free ?? 0) / performance.maxSeats));
  const inside = [
    el('b', {}, day(house, performance.concertDate)), el('em', {}, state),
    el('span', { class: 'num' }, say('seatsFree', { free: house.count(free ?? 0), total: house.count(performance.maxSeats) })),
    el('span', { class: 'num right' }, money(house, performance.price)), bar];
  return el('li', {}, can ? el('button', { type: 'button', class: 'card', onclick: () => seats(performance, []) }, ...inside) : el('div', { class: 'card off' }, ...inside));
}

// Which seats.

/** @param {Performance} performance @param {number[]} wanted */
function seats(performance, wanted) {
  const chosen = seatsScreen(house, say, performance, pass, wanted, { held: payScreen, back: datesScreen, over: passOver, refused });
  show(chosen.screen, chosen.close);
  chosen.begin();
}

// Pay.

/** @param {Hold} hold */
async function payScreen(hold) {
  const until = Date.parse(hold.expireAt);
  const torch = band(say('held0'), say('payWithin'));
  const said = el('div', { class: 'said', role: 'status' });
  const [balance, after] = [el('dd', { class: 'num' }, '–'), el('dd', { class: 'num' }, '–')];
  const actions = el('div', { class: 'actions' });
  const option = hold.concertOption;
  const lines = hold.seats.map((seat) => el('li', {}, mark(MINE), el('span', {}, say('seat', { n: house.count(seat.seatNumber) })), el('span', { class: 'num right' }, money(house, option.price))));
  const screen = el('div', { class: 'column' }, torch.box, el('div', { class: 'inner' },
    el('h1', { tabindex: '-1', class: 'title' }, house.data.concert.title), el('p', { class: 'where' }, day(house, option.concertDate)),
    el('ul', { class: 'seats-kept' }, ...lines),
    el('dl', { class: 'bill' }, row(say('toPay'), money(house, hold.amount), 'sum'),
      el('div', {}, el('dt', {}, say('balance')), balance), el('div', {}, el('dt', {}, say('after')), after)),
    said, actions));
  const over = () => tell('hold-expired', 'lookAgain', () => seats(option, hold.seats.map((seat) => seat.seatNumber)));
  show(screen, countdown(house, say, torch, until, option.holdSeconds * 1000, over));
  offer(hold, { balance, after, said, actions, until });
}

/**
 * What can be done about a hold: pay, or first top up; and give it back.
 * @param {Hold} hold @param {{ balance: HTMLElement, after: HTMLElement, said: HTMLElement, actions: HTMLElement, until: number }} on
 */
async function offer(hold, on) {
  const amount = await balanceOf(house);
  const short = hold.amount - amount;
  on.balance.textContent = money(house, amount);
  on.after.textContent = short > 0 ? '–' : money(house, amount - hold.amount);
  on.said.textContent = short > 0 ? say('short', { price: money(house, short), time: left(on.until - house.now()) }) : '';
  const main = short > 0
    ? button('topUp', 'toppingUp', () => topUp(short), { price: money(house, short) })
    : button('pay', 'paying', () => pay(hold, on.said), { price: money(house, hold.amount) });
  const again = async () => { await offer(hold, on); /** @type {HTMLElement | null} */ (on.actions.querySelector('button'))?.focus(); };
  async function topUp(/** @type {number} */ missing) {
    const charged = await surely(house, 'PUT', `/api/user-balance/charge/${encodeURIComponent(house.user)}`, { amount: missing }, {}, () => { on.said.textContent = say('unknown'); });
    if (charged.problem) on.said.textContent = say(charged.problem.code);
    else await again();
  }
  const back = el('button', { type: 'button', class: 'plain blue' }, say('giveBack'));
  back.onclick = () => busy(back, say('givingBack'), async () => {
    const given = await house.ask('DELETE', `/api/reservations/${hold.temporalReservationId}`);
    if (given.status === 204) tell('released', 'back404', () => seats(hold.concertOption, []));
    else if (given.problem) failed(given.problem.code, hold, on.said);
  });
  on.actions.replaceChildren(main, el('p', { class: 'small' }, say('refundable')), back);
}

/** @param {string} label @param {string} working @param {() => Promise<void>} work @param {import('../types').Values} [values] */
function button(label, working, work, values) {
  const made = el('button', { type: 'button', class: 'button primary wide' }, say(label, values));
  made.onclick = () => busy(made, say(working), work);
  return made;
}

/** @param {Hold} hold @param {HTMLElement} said */
async function pay(hold, said) {
  const body = { userId: house.user, targetId: String(hold.temporalReservationId), amount: hold.amount, paymentMethod: 'CREDIT_CARD' };
  const answer = await surely(house, 'POST', '/api/user-balance/payment', body, {}, () => { said.textContent = say('unknown'); });
  if (answer.problem) return failed(answer.problem.code, hold, said);
  const paid = /** @type {any} */ (answer.body);
  bookedScreen({
    reservationId: paid.reservationId, temporalReservationId: hold.temporalReservationId, transactionId: paid.transactionId,
    concertOption: hold.concertOption, seats: hold.seats, createdAt: new Date(house.now()).toISOString(),
  }, hold.amount);
}

/** @param {string} code @param {Hold} hold @param {HTMLElement} said */
function failed(code, hold, said) {
  const numbers = hold.seats.map((seat) => seat.seatNumber);
  if (code === 'hold-expired') return tell(code, 'lookAgain', () => seats(hold.concertOption, numbers));
  if (code === 'hold-released' || code === 'hold-not-found') return tell(code, 'back404', () => seats(hold.concertOption, []));
  if (code === 'already-paid') return tell(code, 'see', () => open(house, host, null, 'bookings'));
  if (code === 'performance-cancelled') return tell(code, 'back', datesScreen);
  if (code === 'insufficient-balance') return payScreen(hold);
  said.textContent = say(code);
}

/** A screen of one sentence and one way on. @param {string} code @param {string} action @param {() => void} act */
function tell(code, action, act) {
  show(el('div', { class: 'column' }, el('div', { class: 'inner' },
    el('h1', { tabindex: '-1', class: 'ending' }, say(code)),
    el('div', { class: 'actions' }, el('button', { type: 'button', class: 'button primary wide', onclick: act }, say(action))))));
}

// Booked.

/** @param {Booking} booking @param {number} [amount] */
async function bookedScreen(booking, amount = booking.seats.length * booking.concertOption.price) {
  const option = booking.concertOption;
  const now = el('dd', { class: 'num' }, '–');
  const end = el('div', { class: 'actions' });
  const numbers = booking.seats.map((seat) => house.count(seat.seatNumber)).join(', ');
  const screen = el('div', { class: 'column' }, el('div', { class: 'inner' },
    el('div', { class: 'done' }, el('span', { class: 'mark ok', 'aria-hidden': 'true' }), el('h1', { tabindex: '-1' }, say('booked'))),
    el('section', { class: 'receipt', 'aria-label': say('booking') },
      el('h2', {}, house.data.concert.title), el('p', {}, day(house, option.concertDate, true)), option.title !== house.data.concert.title && el('p', {}, option.title),
      el('dl', { class: 'where-row' }, el('div', {}, el('dt', {}, say('seats')), el('dd', { class: 'num' }, numbers))),
      el('dl', { class: 'bill' }, row(say('booking'), String(booking.reservationId), 'strong'), row(say('bookedAt'), house.clock(Date.parse(booking.createdAt), true)), row(say('payment'), String(booking.transactionId))),
      el('dl', { class: 'bill' }, row(say('times', { n: booking.seats.length, price: money(house, option.price) }), money(house, amount), 'strong'),
        row(say('paidFrom'), say('fromBalance')), el('div', {}, el('dt', {}, say('balanceNow')), now))),
    end));
  show(screen);
  const undo = el('button', { type: 'button', class: 'plain blue' }, say('refund'));
  const question = el('div', { class: 'ask', role: 'group', hidden: true }, el('p', {}, say('refundAsk', { price: money(house, amount) })));
  const keep = el('button', { type: 'button', class: 'button', onclick: () => { question.hidden = true; undo.hidden = false; undo.focus(); } }, say('keep'));
  const sure = el('button', { type: 'button', class: 'button' }, say('refundDo'));
  sure.onclick = () => busy(sure, say('refunding'), () => refund(booking, amount, question));
  undo.onclick = () => { question.hidden = false; undo.hidden = true; keep.focus(); };
  question.append(keep, sure);
  end.append(el('button', { type: 'button', class: 'button wide', onclick: () => print() }, say('print')),
    el('p', { class: 'small' }, say('mind') + ' ', undo), question, el('p', { class: 'small' }, say('until', { time: day(house, option.concertDate) })));
  now.textContent = money(house, await balanceOf(house));
}

/** @param {Booking} booking @param {number} amount @param {HTMLElement} question */
async function refund(booking, amount, question) {
  const answer = await surely(house, 'POST', `/api/user-balance/payment/cancel/${booking.transactionId}`, undefined, {}, () => house.announce(say('unknown')));
  if (answer.problem) {
    question.replaceChildren(el('p', { role: 'status' }, say(answer.problem.code)));
    return;
  }
  show(el('div', { class: 'column' }, el('div', { class: 'inner' },
    el('h1', { tabindex: '-1', class: 'ending' }, say('refundedTitle')), el('p', { class: 'lead' }, say('refunded', { price: money(house, amount) })),
    el('div', { class: 'actions' }, el('button', { type: 'button', class: 'button primary wide', onclick: () => { leave(); house.rejoin(); } }, say('again'))))));
}
