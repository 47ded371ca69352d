// One fan's way in words, for the console and for the page that a support desk reads out.

import { frame } from './panels.js';
import { count, knows, moment, money, say } from './words.js';

/** @typedef {{ at: string, kind: string, number?: number, position?: number, validUntil?: string, seatNumbers?: number[], expireAt?: string, reservationId?: number, amount?: number, balanceAfter?: number }} Told */

/** @param {string} user @param {string} room @returns {Promise<Told[]>} */
export async function wayOf(user, room) {
  const answer = await fetch(`/admin/fans/${encodeURIComponent(user)}?waitingQueueId=${encodeURIComponent(room)}`, { cache: 'no-store', headers: { 'Accept-Language': document.documentElement.lang } });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail ?? body.code);
  return body.events;
}

/** What happened and what follows from it. @param {Told} told @returns {[string, string]} */
export function words(told) {
  const values = {
    number: count(told.number ?? 0), position: count(told.position ?? 0), until: moment(told.validUntil ?? told.expireAt ?? told.at, true),
    seats: (told.seatNumbers ?? []).join(', '), booking: told.reservationId ?? '', amount: money(told.amount ?? 0), after: money(told.balanceAfter ?? 0),
  };
  if (told.amount !== undefined) return [say(told.kind), say('moneyMore', values)];
  const name = told.kind === 'place' && told.position === 0 ? 'placeNext' : knows(`${told.kind}0`) ? `${told.kind}0` : told.kind;
  return [say(name, values), say(`${told.kind}More`, values)];
}

/** @param {Told[]} events */
export function wayList(events) {
  const list = document.createElement('ol');
  list.className = 'way';
  for (const told of events) {
    const [fact, more] = words(told);
    const item = document.createElement('li');
    item.dataset.kind = told.kind;
    item.append(
      Object.assign(document.createElement('time'), { className: 'num', dateTime: told.at, textContent: moment(told.at) }),
      Object.assign(document.createElement('b'), { textContent: fact }), Object.assign(document.createElement('span'), { textContent: more }));
    list.append(item);
  }
  return list;
}

/** The look-up of the console. @param {HTMLElement} panel @param {() => string} room */
export function lookUp(panel, room) {
  const body = frame(panel, say('look'), '');
  body.innerHTML = `<form><input id="fan" required maxlength="64" autocomplete="off" spellcheck="false" aria-label="${say('userId')}" placeholder="${say('userId')}"><button class="small">${say('lookUp')}</button></form><div role="status" tabindex="0" aria-label="${say('look')}"></div>`;
  const form = /** @type {HTMLFormElement} */ (body.querySelector('form'));
  const answer = /** @type {HTMLElement} */ (body.querySelector('[role=status]'));
  answer.hidden = true;
  form.onsubmit = async (event) => {
    event.preventDefault();
    const user = /** @type {HTMLInputElement} */ (form.querySelector('input')).value.trim();
    answer.hidden = false;
    try {
      const events = await wayOf(user, room());
      const link = Object.assign(document.createElement('a'), { href: `/why?userId=${encodeURIComponent(user)}&room=${encodeURIComponent(room())}`, textContent: say('why') });
      answer.replaceChildren(events.length === 0 ? say('unknownFan', { user }) : wayList(events.slice(-6)), ...(events.length > 0 ? [link] : []));
    } catch (error) {
      answer.textContent = say('failedRead', { why: String(/** @type {Error} */ (error).message) });
    }
  };
}
