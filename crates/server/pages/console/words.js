// Words, numbers and times of the operator's pages, in the page's language and the venue's zone.

import en from './words.en.js';
import ko from './words.ko.js';

const korean = document.documentElement.lang === 'ko';
const zone = document.documentElement.dataset.zone || 'UTC';
/** @type {Record<string, string>} */
const words = korean ? ko : en;

/** @param {string} key @param {Record<string, string | number>} [values] */
export function say(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
}
/** Whether there are words for a key. @param {string} key */
export const knows = (key) => key in words;

/** @param {number} n @param {number} [digits] */
export const count = (n, digits = 0) => n.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** A rate: one digit below 100. @param {number} n */
export const rate = (n) => count(n, n > 0 && n < 100 ? 1 : 0);

/** Three significant digits. @param {number | null} ms */
export function milliseconds(ms) {
  if (ms === null || Number.isNaN(ms)) return '–';
  if (ms >= 1000) return `${(ms / 1000).toPrecision(3)}k`;
  return ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(ms >= 1 ? 1 : 2);
}

/** A sum as operators say it. @param {number} won */
export function money(won) {
  if (!korean) {
    if (won >= 1e9) return `₩${(won / 1e9).toFixed(3)} bn`;
    return won >= 1e7 ? `₩${(won / 1e6).toFixed(1)} m` : `₩${count(won)}`;
  }
  const [eok, man] = [Math.floor(won / 1e8), Math.floor((won % 1e8) / 1e4)];
  if (eok > 0) return `${count(eok)}억${man > 0 ? ` ${count(man)}만` : ''} 원`;
  return won >= 1e6 ? `${count(man)}만 원` : `${count(won)}원`;
}

/** @param {number} at @param {boolean} [seconds] */
export function clock(at, seconds) {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hour: 'numeric', minute: '2-digit', second: seconds ? '2-digit' : undefined, hour12: true,
  }).formatToParts(at);
  const half = parts.find((part) => part.type === 'dayPeriod')?.value === 'PM';
  const time = parts.filter((part) => part.type !== 'dayPeriod').map((part) => part.value).join('').trim();
  return korean ? `${half ? '오후' : '오전'} ${time}` : `${time} ${half ? 'PM' : 'AM'}`;
}
/** A moment on record: to the millisecond, 24 hours. @param {string | number} at @param {boolean} [short] To the second. */
export function moment(at, short) {
  const date = new Date(at);
  const time = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(date);
  return short ? time : `${time}.${String(date.getUTCMilliseconds()).padStart(3, '0')}`;
}
/** @param {string | number} at */
export const dayOf = (at) => new Intl.DateTimeFormat(korean ? 'ko-KR' : 'en-GB', { timeZone: zone, dateStyle: 'long' }).format(new Date(at));

/** A length of time in words. @param {number} seconds */
export function lasting(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return say('seconds', { n: s });
  if (s < 3600) return say('minutesSeconds', { m: Math.floor(s / 60), s: s % 60 });
  return say('hoursMinutes', { h: Math.floor(s / 3600), m: Math.floor((s % 3600) / 60) });
}
/** An expected wait as a range of minutes. @param {number} seconds */
export function wait(seconds) {
  const low = Math.round((seconds * 0.85) / 60);
  const high = Math.ceil((seconds * 1.25) / 60);
  if (high <= 1) return say('soon');
  return low === high ? say('minutes', { n: high }) : say('minutesRange', { a: count(low), b: count(high) });
}

/** The switch of colours: as the machine has it, light, dark. */
export function themeSwitch() {
  const button = /** @type {HTMLElement} */ (document.getElementById('theme'));
  const root = document.documentElement;
  const show = () => {
    const theme = localStorage.getItem('usher.theme') ?? '';
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    button.textContent = say(`theme-${theme || 'auto'}`);
  };
  button.onclick = () => {
    const next = { '': 'light', light: 'dark', dark: '' }[localStorage.getItem('usher.theme') ?? ''] ?? '';
    if (next) localStorage.setItem('usher.theme', next);
    else localStorage.removeItem('usher.theme');
    show();
  };
  show();
}
