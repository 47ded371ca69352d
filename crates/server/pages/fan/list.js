// The list of seats: section, row, seat buttons. It is a whole way to buy, not a fallback.

import { FREE, HELD, MINE, countFree } from './hall.js';
import { el } from './parts.js';

/**
 * @param {import('./hall.js').Plan} hall
 * @param {{ say(key: string, values?: import('../types').Values): string, count(n: number): string, price: string, pick(seat: number): void, leave(): void }} to
 */
export function makeList(hall, to) {
  /** @type {Uint8Array} */
  let states = new Uint8Array(hall.total + 1);
  /** @type {Map<number, HTMLElement>} */
  const buttons = new Map();
  /** @type {Map<number, HTMLElement>} */
  const rowNames = new Map();
  const sections = hall.blocks.map((block, n) => {
    const name = el('summary', {});
    const rows = el('div', {});
    const section = /** @type {HTMLDetailsElement} */ (el('details', {}, name, rows));
    section.addEventListener('toggle', () => { if (section.open && !rows.firstChild) fill(block, rows); });
    section.open = n === 0 && hall.blocks.length === 1;
    return { block, name, section };
  });
  const root = el('div', { class: 'list' }, ...sections.map(({ section }) => section));

  root.addEventListener('keydown', (event) => { if (event.key === 'Escape') to.leave(); });

  /** @param {import('./hall.js').Block} block @param {HTMLElement} rows */
  function fill(block, rows) {
    for (let first = block.first; first <= block.last; first += hall.perRow) {
      const last = Math.min(block.last, first + hall.perRow - 1);
      const name = el('h2', {});
      const seats = el('div', { class: 'seats', role: 'group', 'aria-label': to.say('row', { a: first, b: last }) });
      rowNames.set(first, name);
      for (let seat = first; seat <= last; seat += 1) {
        const button = el('button', { type: 'button', 'data-seat': seat, onclick: () => to.pick(seat) }, to.count(seat));
        buttons.set(seat, button);
        seats.append(button);
      }
      rows.append(el('div', { class: 'row' }, name, seats));
    }
    show();
  }
  function show() {
    for (const { block, name } of sections) {
      const free = countFree(states, block.first, block.last);
      name.textContent = to.say('blockFree', { a: to.count(block.first), b: to.count(block.last), n: to.count(free) });
    }
    for (const [first, name] of rowNames) {
      const last = Math.min(hall.total, first + hall.perRow - 1);
      const text = `${to.say('row', { a: first, b: last })} · ${to.say('free', { n: countFree(states, first, last) })}`;
      if (name.textContent !== text) name.textContent = text;
    }
    for (const [seat, button] of buttons) {
      const state = states[seat];
      const can = state === FREE || state === MINE;
      button.dataset.state = String(state);
      button.setAttribute('aria-pressed', String(state === MINE));
      button.toggleAttribute('aria-disabled', !can);
      if (!can) button.setAttribute('aria-disabled', 'true');
      // A seat that goes while somebody stands on it keeps its button until they have moved on.
      button.hidden = !can && state !== HELD && button !== document.activeElement;
      const word = state === MINE ? to.say('mine') : to.say(`state${state}`);
      button.setAttribute('aria-label', to.say('seatState', { n: to.count(seat), state: word, price: to.price }));
    }
  }
  return {
    root,
    /** @param {Uint8Array} now */
    update(now) {
      states = now;
      show();
    },
    /** @param {number} block */
    showBlock(block) {
      sections[block].section.open = true;
      sections[block].section.scrollIntoView({ block: 'start' });
    },
  };
}
