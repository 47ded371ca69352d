// Parts that the screens after the line are made of: elements, a countdown, a request whose outcome is made sure of.

/** @typedef {import('../types').House} House */
/** @typedef {Node | string | null | undefined | false} Child */

/**
 * An element. `on…` members are listeners, `class`, `aria-…` and the like attributes.
 * @param {string} name @param {Record<string, any>} [members] @param {...Child} children @returns {HTMLElement}
 */
export function el(name, members = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(members)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** @param {Record<string, string>} words @returns {(key: string, values?: import('../types').Values) => string} */
export function speaker(words) {
  return (key, values = {}) => (words[key] ?? words.other ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? (name === 'code' ? key : '')));
}

/** @param {House} house @param {number} amount */
export function money(house, amount) {
  return house.data.lang === 'ko' ? `${house.count(amount)}원` : `₩${house.count(amount)}`;
}

/** A performance's day and time, in the venue's zone. @param {House} house @param {string} at @param {boolean} [long] With the year. */
export function day(house, at, long) {
  const { lang, zone } = house.data;
  const korean = lang === 'ko';
  const date = new Date(at);
  /** @param {Intl.DateTimeFormatOptions} options */
  const part = (options) => new Intl.DateTimeFormat(korean ? 'ko-KR' : 'en-GB', { timeZone: zone, ...options }).format(date);
  const month = part({ month: korean ? 'long' : 'short' });
  const monthDay = korean ? `${month}\u00a0${part({ day: 'numeric' })}` : `${part({ day: 'numeric' })}\u00a0${month}`;
  const week = part({ weekday: 'short' });
  const year = part({ year: 'numeric' });
  if (korean) return `${long ? year + '\u00a0' : ''}${monthDay} (${week}) ${house.clock(date)}`;
  return long ? `${week} ${monthDay} ${year}, ${house.clock(date)} (${zone === 'Asia/Seoul' ? 'KST' : zone})` : `${week} ${monthDay}, ${house.clock(date)}`;
}

/** Minutes and seconds left, never below 0:00. @param {number} ms */
export function left(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/**
 * Counts down on screen by the server's clock; a minute and half a minute before the end are said once.
 * @param {House} house @param {(key: string) => string} say
 * @param {{ time: HTMLElement, bar?: HTMLElement, box: HTMLElement }} parts
 * @param {number} until @param {number} whole @param {() => void} over Called once, at the end. @returns {() => void} Stops it.
 */
export function countdown(house, say, parts, until, whole, over) {
  let said = '';
  const tick = () => {
    const ms = until - house.now();
    const text = ms <= 0 ? say('checking') : left(ms);
    if (parts.time.textContent !== text) parts.time.textContent = text;
    parts.bar?.style.setProperty('--p', String(Math.max(0, Math.min(1, ms / whole))));
    parts.box.classList.toggle('last', ms < 30000);
    const due = ms <= 30000 ? 'half' : ms <= 60000 ? 'minute' : '';
    if (due && due !== said && ms > 0) house.announce(say(due));
    said = due || said;
    if (ms <= 0) {
      clearInterval(timer);
      setTimeout(over, 400);
    }
  };
  const timer = setInterval(tick, 250);
  tick();
  return () => clearInterval(timer);
}

/** A key of its own for each thing that a fan does once. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const ATTEMPTS_MAX = 30;
/**
 * Sends until the outcome is known, always with the same key, so that it happens once.
 * @template T @param {House} house @param {string} method @param {string} path @param {unknown} body
 * @param {Record<string, string>} headers @param {() => void} isUnsure Called when the outcome is not known at once.
 * @returns {Promise<import('../types').Answer<T>>}
 */
export async function surely(house, method, path, body, headers, isUnsure) {
  const withKey = { 'Idempotency-Key': newKey(), ...headers };
  for (let attempt = 1; ; attempt += 1) {
    const answer = await house.ask(method, path, body, withKey);
    const code = answer.problem?.code;
    const isOpen = answer.status === 0 || code === 'outcome-unknown' || code === 'request-in-flight';
    if (!isOpen || attempt === ATTEMPTS_MAX) return /** @type {import('../types').Answer<T>} */ (answer);
    isUnsure();
    await new Promise((resolve) => setTimeout(resolve, answer.problem?.retryAfterMs ?? Math.min(500 * attempt, 4000)));
  }
}

/** Shows that a button is at work; a second press does nothing. @param {HTMLElement} button @param {string} label @param {() => Promise<void>} work */
export async function busy(button, label, work) {
  if (button.getAttribute('aria-busy') === 'true') return;
  const before = button.textContent;
  button.style.minWidth = `${button.offsetWidth}px`;
  button.setAttribute('aria-busy', 'true');
  button.textContent = label;
  try {
    await work();
  } finally {
    button.removeAttribute('aria-busy');
    button.textContent = before;
  }
}

/** The torch band: a sentence and the time left. @param {string} strong @param {string} rest */
export function band(strong, rest) {
  const time = el('strong', { class: 'num' });
  const bar = el('i', {});
  const box = el('div', { class: 'torch', role: 'timer' }, el('p', {}, el('b', {}, strong), ' ' + rest), time, el('span', {}, bar));
  return { box, time, bar };
}

/** A line of a receipt. @param {string} name @param {Child} value @param {string} [kind] */
export function row(name, value, kind) {
  return el('div', { class: kind }, el('dt', {}, name), el('dd', { class: 'num' }, value));
}

/** What the fan's balance is: that after the last movement, none without one. @param {House} house @returns {Promise<number>} */
export async function balanceOf(house) {
  const answer = await house.ask('GET', `/api/user-balance/histories/${encodeURIComponent(house.user)}?limit=1`);
  const [last] = answer.status === 200 ? /** @type {any} */ (answer.body).balanceTransactionResponses : [];
  return last ? last.balanceAfter : 0;
}
