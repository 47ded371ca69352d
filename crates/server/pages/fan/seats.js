// Choosing seats: the hall as it is each second, what the fan has chosen, and the hold.

import { FREE, HELD, MINE, countFree, plan, run, unpack } from './hall.js';
import { makeList } from './list.js';
import { makeMap, mark } from './map.js';
import { busy, countdown, day, el, money, surely } from './parts.js';

/** @typedef {import('../types').House} House */
/** @typedef {import('../types').Performance} Performance */

const EVERY_MS = 1000;

/** Asks for the bitmap, as bytes, unless it is as known. @param {number} id @param {string | null} token */
function watcher(id, token) {
  let tag = '';
  return async () => {
    try {
      const answer = await fetch(`/api/availability/seats/${id}/${Date.now()}?view=bitmap`, {
        cache: 'no-store', signal: AbortSignal.timeout(10000),
        headers: { ...(tag ? { 'If-None-Match': tag } : {}), ...(token ? { 'X-Queue-Token': token } : {}) },
      });
      if (answer.status !== 200) return null;
      tag = answer.headers.get('ETag') ?? '';
      return new Uint8Array(await answer.arrayBuffer());
    } catch {
      return null;
    }
  };
}

/**
 * The screen on which seats are chosen.
 * @param {House} house @param {(key: string, values?: import('../types').Values) => string} say @param {Performance} performance
 * @param {import('../types').Pass | null} pass @param {number[]} wanted Seats that the fan looked at before.
 * @param {{ held(hold: import('../types').Hold): void, back(): void, over(): void, refused(code: string): boolean }} then
 */
export function seatsScreen(house, say, performance, pass, wanted, then) {
  const hall = plan(performance.maxSeats);
  const most = performance.maxSeatsPerUser;
  const minutes = Math.round(performance.holdSeconds / 60);
  const price = money(house, performance.price);
  /** @type {Uint8Array} */
  let states = new Uint8Array(hall.total + 1).fill(2);
  /** @type {Set<number>} */
  const mine = new Set();
  /** @type {Set<number>} */
  let lost = new Set();
  let view = 'map';
  const ask = watcher(performance.concertOptionId, pass?.token ?? null);

  const tell = (/** @type {number} */ seat) => {
    /** @type {HTMLSelectElement} */ (parts.choose).value = String(hall.block(seat));
    house.announce(say('seatState', { n: house.count(seat), state: mine.has(seat) ? say('mine') : say(`state${states[seat]}`), price }));
  };
  const map = makeMap(hall, {
    label: say('mapLabel'), zoomIn: say('zoomIn'), zoomOut: say('zoomOut'), stage: say('stage'), pick,
    leave: () => hold.focus(), tell,
  });
  const list = makeList(hall, { say, count: house.count, price, pick, leave: () => hold.focus() });
  const parts = frame();
  const { screen, toast, chips, free, hold, total, amount, times } = parts;
  const stopCount = pass?.validUntil
    ? countdown(house, say, { time: parts.time, box: parts.timer }, Date.parse(pass.validUntil), 300000, then.over) : () => {};
  parts.timer.hidden = !pass?.validUntil;
  let timer = 0;
  let isClosed = false;

  function frame() {
    const time = el('strong', { class: 'num' });
    const timer = el('p', { class: 'pass', role: 'timer' }, el('span', {}, say('passEnds')), ' ', time);
    const [toast, chips, free] = [el('div', { class: 'toast', role: 'status', hidden: true }), el('ul', { class: 'chips' }), el('p', { class: 'free num' })];
    const hold = el('button', { type: 'button', class: 'button primary wide', id: 'hold', onclick: send });
    const [total, short, amount, times] = [el('p', { class: 'of' }), el('span', { class: 'of' }), el('strong', { class: 'num' }), el('p', { class: 'times num' })];
    const views = ['list', 'map'].map((name) => el('button', { type: 'button', 'data-view': name, onclick: () => look(name) }, say(name)));
    const blocks = hall.blocks.map((block, n) => el('option', { value: n }, say('block', { a: house.count(block.first), b: house.count(block.last) })));
    const choose = el('select', { 'aria-label': say('change'), onchange: () => (view === 'map' ? map : list).showBlock(Number(/** @type {HTMLSelectElement} */ (choose).value)) }, ...blocks);
    const together = el('button', { type: 'button', class: 'tool', onclick: sideBySide }, say('together', { n: Math.min(2, most) }));
    const steps = ['stepDate', 'stepSeats', 'stepPay'].map((step, n) => el('li', n === 1 ? { 'aria-current': 'step' } : {}, `${n + 1} ${say(step)}`));
    const signs = [[FREE, 'free0'], [MINE, 'yours'], [HELD, 'held'], [2, 'sold']].map(([state, word]) => el('li', {}, mark(Number(state)), say(String(word))));
    const screen = el('div', { class: 'choosing' },
      el('div', { class: 'seat-top' },
        el('div', { class: 'what' }, el('h1', { tabindex: '-1' }, day(house, performance.concertDate)), el('p', {}, house.data.concert.title)),
        el('ol', { class: 'steps', 'aria-label': say('steps') }, ...steps), timer),
      el('div', { class: 'tools' },
        el('div', { class: 'views', role: 'group', 'aria-label': say('view') }, ...views),
        hall.blocks.length > 1 && choose, most > 1 && together,
        house.performances.length > 1 && el('button', { type: 'button', class: 'tool other', onclick: then.back }, say('back')), free),
      el('div', { class: 'seats-in' }, map.root, list.root, toast),
      el('aside', { class: 'tray', 'aria-label': say('yourSeats') },
        el('div', { class: 'yours' }, el('h2', {}, say('yourSeats')), total, chips),
        el('div', { class: 'legend' }, el('h2', {}, say('legend')), el('ul', {}, ...signs)),
        el('div', { class: 'sum' }, times, el('p', { class: 'amount' }, el('span', { class: 'word' }, say('total')), short, amount), hold,
          el('p', { class: 'small' }, say('holdNoteN', { m: minutes })))));
    return { screen, choose, time, timer, toast, chips, free, hold, total, short, amount, times, views };
  }

  /** @param {string} name */
  function look(name) {
    view = name;
    screen.dataset.view = name;
    for (const button of parts.views) button.setAttribute('aria-pressed', String(button.dataset.view === name));
  }
  /** One at a time, until used or closed. @param {string} text @param {string} [action] @param {() => void} [act] */
  function say1(text, action, act) {
    const close = () => { toast.hidden = true; };
    toast.replaceChildren(el('p', {}, text),
      ...(action && act ? [el('button', { type: 'button', onclick: () => { close(); act(); } }, action)] : []),
      el('button', { type: 'button', class: 'x', 'aria-label': say('close'), onclick: close }, '×'));
    toast.hidden = false;
  }

  /** @param {number} seat */
  function pick(seat) {
    if (mine.has(seat)) mine.delete(seat);
    else if (states[seat] !== FREE) return tell(seat);
    else if (mine.size >= most) return say1(say('most', { n: most }));
    else mine.add(seat);
    show();
    tell(seat);
  }
  function sideBySide() {
    const found = run(hall, states, Math.min(2, most), mine.size > 0 ? Math.min(...mine) : Math.ceil(hall.perRow / 2));
    if (found.length === 0) return say1(say('noTogether', { n: Math.min(2, most) }));
    take(found);
  }
  /** @param {number[]} seats */
  function take(seats) {
    mine.clear();
    for (const seat of seats) mine.add(seat);
    map.reveal(seats[0]);
    show();
    house.announce(seats.map((seat) => say('seat', { n: house.count(seat) })).join(', '));
  }

  function show() {
    const shown = states.slice();
    for (const seat of mine) shown[seat] = MINE;
    map.update(shown, lost);
    list.update(shown);
    const seats = [...mine].sort((a, b) => a - b);
    const text = say('freeOf', { free: house.count(countFree(states, 1, hall.total)), total: house.count(hall.total) });
    if (free.textContent !== text) free.textContent = text;
    total.textContent = parts.short.textContent = say('ofMost', { n: seats.length, m: most });
    times.textContent = seats.length > 0 ? say('times', { n: seats.length, price }) : '';
    amount.textContent = money(house, seats.length * performance.price);
    hold.textContent = seats.length === 0 ? say('hold0') : say(seats.length === 1 ? 'hold' : 'holdN', { n: seats.length });
    hold.setAttribute('aria-disabled', String(seats.length === 0));
    if (chips.dataset.seats === seats.join()) return;
    chips.dataset.seats = seats.join();
    chips.replaceChildren(...seats.map((seat) => el('li', {}, mark(MINE), el('b', { class: 'num' }, say('seat', { n: house.count(seat) })),
      el('button', { type: 'button', 'aria-label': say('removeSeat', { n: house.count(seat) }), onclick: () => { pick(seat); hold.focus(); } }, el('span', {}, say('remove'))))));
  }

  /** Seats that somebody else has got meanwhile, with the nearest ones in their place. @param {number[]} seats */
  function gone(seats) {
    for (const seat of seats) mine.delete(seat);
    lost = new Set(seats);
    setTimeout(() => { lost = new Set(); show(); }, 1500);
    const kept = [...mine];
    const others = run(hall, states.map((state, seat) => (mine.has(seat) ? HELD : state)), seats.length, seats[0]);
    const named = (/** @type {number[]} */ some) => some.map(house.count).join(', ');
    const numbers = { n: named(seats) };
    const several = seats.length > 1 ? 'N' : '';
    if (others.length === 0) say1(say(`taken${several}`, numbers));
    else say1(say(`taken${several}`, numbers), say(`instead${several}`, { n: named(others) }), () => take([...kept, ...others]));
    show();
  }

  async function refresh() {
    clearTimeout(timer);
    const bytes = document.hidden ? null : await ask();
    if (isClosed) return;
    if (bytes) {
      states = unpack(bytes, hall.total);
      const taken = [...mine].filter((seat) => states[seat] !== FREE);
      if (taken.length > 0 && hold.getAttribute('aria-busy') !== 'true') gone(taken);
      else show();
      screen.classList.toggle('empty', countFree(states, 1, hall.total) === 0);
    }
    timer = setTimeout(refresh, EVERY_MS);
  }

  async function send() {
    if (mine.size === 0) return;
    await busy(hold, say('holding'), async () => {
      const seatNumbers = [...mine].sort((a, b) => a - b);
      const body = { userId: house.user, concertOptionId: performance.concertOptionId, seatNumbers };
      const headers = /** @type {Record<string, string>} */ (pass ? { 'X-Queue-Token': pass.token } : {});
      const answer = await surely(house, 'POST', '/api/reservations', body, headers, () => say1(say('sure')));
      if (answer.status === 201) {
        close();
        return then.held(/** @type {import('../types').Hold} */ (answer.body));
      }
      const problem = answer.problem;
      if (problem?.code === 'seat-taken') {
        for (const seat of problem.seatNumbers ?? []) states[seat] = HELD;
        gone(problem.seatNumbers ?? seatNumbers);
      } else if (problem && !then.refused(problem.code)) {
        say1(say(problem.code, { n: most, time: house.clock(Date.parse(performance.saleOpensAt)) }));
      }
    });
    show();
  }

  function close() {
    isClosed = true;
    clearTimeout(timer);
    stopCount();
  }
  look('map');
  show();
  return {
    screen, close,
    async begin() {
      await refresh();
      map.showBlock(0);
      const still = wanted.filter((seat) => states[seat] === FREE);
      if (still.length > 0) take(still);
      if (countFree(states, 1, hall.total) === 0) say1(say('none'));
    },
  };
}
