// The room's controls: what is set, a question before each change with what it does to people, and what was changed.

import { frame } from './panels.js';
import { clock, count, moment, say } from './words.js';

/** @typedef {import('./console.js').Room} Room */
/** @typedef {{ at: number, text: string, undo: Record<string, unknown> | null }} Act */

const ACTS_MAX = 20;
/** @type {Room | null} */
let room = null;
/** @type {() => string} */
let nameOfRoom = () => 'main';
/** @type {HTMLElement} */
let form;
/** @type {HTMLElement} */
let actsPanel;
/** @type {Act[]} */
let acts = JSON.parse(sessionStorage.getItem('usher.acts') ?? '[]');

/** @param {HTMLElement} panel @param {HTMLElement} list @param {() => string} name */
export function setUpControls(panel, list, name) {
  [nameOfRoom, actsPanel] = [name, list];
  const body = frame(panel, say('controls'), '');
  body.innerHTML = ['cap', 'rate', 'opens'].map((key) => `<div class="setting"><span id="${key}-label">${say(`${key}Label`)}</span><b class="num" id="${key}-now">–</b><button type="button" class="small" id="${key}-change" aria-describedby="${key}-label">${say('change')}</button></div>`).join('')
    + `<form id="question" hidden></form><button type="button" class="button" id="pause"></button>`;
  form = /** @type {HTMLElement} */ (body.querySelector('#question'));
  for (const key of /** @type {const} */ (['cap', 'rate', 'opens'])) button(`${key}-change`).onclick = () => askValue(key);
  button('pause').onclick = () => (room?.paused ? askResume() : askPause());
  drawActs();
}
/** @param {string} id */
const button = (id) => /** @type {HTMLButtonElement} */ (document.getElementById(id));

/** @param {HTMLElement} panel @param {Room} now */
export function drawControls(panel, now) {
  room = now;
  frame(panel, say('controls'), `<i class="${now.paused ? 'stop' : 'go'}"></i>${say(now.paused ? 'pausedNow' : 'letting')}`);
  const write = (/** @type {string} */ id, /** @type {string} */ text) => { if (button(id).textContent !== text) button(id).textContent = text; };
  write('cap-now', say('personCount', { n: count(now.livePassesMax) }));
  write('rate-now', say('personCount', { n: count(now.admitsPerSecond) }));
  write('opens-now', now.opensAt ? clock(Date.parse(now.opensAt), true) : say('now'));
  write('pause', say(now.paused ? 'resume' : 'pause'));
}

/** @param {HTMLElement} opener @param {string} fields @param {string} act @param {() => void} input @param {() => Promise<void>} then */
function question(opener, fields, act, input, then) {
  form.innerHTML = `${fields}<p class="consequence" role="status"></p><div class="two"><button type="button" class="button" data-leave>${say('leaveIt')}</button><button class="button primary">${act}</button></div>`;
  form.hidden = false;
  button('pause').hidden = true;
  const close = () => { form.hidden = true; button('pause').hidden = false; opener.focus(); };
  form.oninput = input;
  form.onkeydown = (event) => { if (event.key === 'Escape') close(); };
  /** @type {HTMLElement} */ (form.querySelector('[data-leave]')).onclick = close;
  form.onsubmit = async (event) => { event.preventDefault(); try { await then(); close(); } catch (error) { consequence(say('failed', { why: String(/** @type {Error} */ (error).message) })); } };
  input();
  /** @type {HTMLElement} */ (form.querySelector('input, textarea, [data-leave]')).focus();
}
/** @param {string} text */
function consequence(text) {
  /** @type {HTMLElement} */ (form.querySelector('.consequence')).textContent = text;
}
/** @param {string} name */
const value = (name) => /** @type {HTMLInputElement} */ (form.querySelector(`[name=${name}]`)).value;

/** @param {'cap' | 'rate' | 'opens'} key */
function askValue(key) {
  if (!room) return;
  const { livePassesMax, admitsPerSecond, livePasses, waiting, opensAt } = room;
  const before = { cap: livePassesMax, rate: admitsPerSecond, opens: opensAt }[key];
  const field = key === 'opens'
    ? `<input name="to" type="datetime-local" step="1" required value="${local(opensAt ? Date.parse(opensAt) : Date.now() + 600000)}">`
    : `<input name="to" type="number" min="${key === 'cap' ? 0 : 1}" max="1000000" required value="${before}">`;
  const say1 = () => {
    const to = value('to');
    if (key === 'rate') return consequence(say('askRate', { a: count(Number(before)), b: count(Number(to)), n: count(waiting) }));
    if (key === 'opens') return consequence(say('askOpens', { a: opensAt ? clock(Date.parse(opensAt), true) : say('now'), b: to ? clock(Date.parse(to), true) : '–', n: count(waiting) }));
    const isLess = Number(to) < livePasses;
    consequence(say(isLess ? 'askCap' : 'askCapUp', { a: count(livePassesMax), b: count(Number(to)), n: count(isLess ? livePasses : Math.max(0, Number(to) - livePasses)) }));
  };
  question(button(`${key}-change`), `<label>${say(`${key}Label`)}: ${say('newValue')}${field}</label>`, say('do'), say1, async () => {
    const to = value('to');
    const member = { cap: 'livePassesMax', rate: 'admitsPerSecond', opens: 'opensAt' }[key];
    const sent = key === 'opens' ? new Date(to).toISOString() : Number(to);
    const shown = key === 'opens' ? { b: clock(Date.parse(to), true) } : { a: count(Number(before)), b: count(Number(to)) };
    await change({ [member]: sent }, say(`act${key[0].toUpperCase()}${key.slice(1)}`, /** @type {any} */ (shown)), before === null ? null : { [member]: before });
  });
}
/** A moment as a field for local times wants it. @param {number} at */
function local(at) {
  const here = new Date(at - new Date(at).getTimezoneOffset() * 60000);
  return here.toISOString().slice(0, 19);
}

function askPause() {
  const fields = ['Ko', 'En'].map((lang) => `<label>${say(`message${lang}`)}<input name="message${lang}" maxlength="240" lang="${lang.toLowerCase()}"></label>`).join('');
  question(button('pause'), fields, say('doPause'), () => consequence(say('askPause', { n: count(room?.waiting ?? 0), m: count(room?.livePasses ?? 0) })), async () => {
    const message = [value('messageKo'), value('messageEn')].map((text) => text.trim()).filter(Boolean).join('\n');
    await change({ paused: true, message: message || null }, say('actPause'), { paused: false, message: null });
  });
}
function askResume() {
  question(button('pause'), '', say('doResume'), () => consequence(say('askResume', { n: count(room?.waiting ?? 0) })), () =>
    change({ paused: false, message: null }, say('actResume'), { paused: true, message: room?.message ?? null }));
}

/** @param {Record<string, unknown>} patch @param {string} text @param {Record<string, unknown> | null} undo */
async function change(patch, text, undo) {
  const answer = await fetch(`/admin/rooms/${encodeURIComponent(nameOfRoom())}`, {
    method: 'PATCH', headers: { 'Content-Type': 'application/json', 'Accept-Language': document.documentElement.lang }, body: JSON.stringify(patch),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail ?? body.code);
  acts = [{ at: Date.now(), text, undo }, ...acts].slice(0, ACTS_MAX);
  sessionStorage.setItem('usher.acts', JSON.stringify(acts));
  drawActs();
}

function drawActs() {
  const body = frame(actsPanel, say('acts'), '');
  if (acts.length === 0) {
    body.textContent = say('noActs');
    return;
  }
  body.replaceChildren(...acts.map((act, n) => {
    const line = document.createElement('p');
    line.className = 'act';
    const time = Object.assign(document.createElement('span'), { className: 'num', textContent: moment(act.at, true) });
    line.append(time, Object.assign(document.createElement('b'), { textContent: act.text }));
    const undo = act.undo;
    if (n === 0 && undo) {
      const back = Object.assign(document.createElement('button'), { type: 'button', className: 'small', textContent: say('putBack') });
      back.onclick = async () => {
        try {
          await change(undo, `${say('putBack')}: ${act.text}`, null);
        } catch (error) {
          back.replaceWith(Object.assign(document.createElement('em'), { role: 'alert', textContent: say('failed', { why: String(/** @type {Error} */ (error).message) }) }));
        }
      };
      line.append(back);
    }
    return line;
  }));
}
