// The why-page: everything that happened to one fan, in order of time, to be read out by a support desk.

import { wayList, wayOf, words } from './fan.js';
import { dayOf, moment, say, themeSwitch } from './words.js';

const node = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const asked = new URLSearchParams(location.search);
const room = asked.get('room') ?? asked.get('waitingQueueId') ?? 'main';
const answer = node('answer');

/** @param {string} user */
async function show(user) {
  try {
    const events = await wayOf(user, room);
    document.title = `${user} · ${say('whyTitle')}`;
    if (events.length === 0) {
      answer.textContent = say('unknownFan', { user });
      return;
    }
    const intro = say('whyIntro', { user, room, day: dayOf(events[0].at) });
    const copy = Object.assign(document.createElement('button'), { type: 'button', className: 'button', textContent: say('copy') });
    copy.onclick = async () => {
      await navigator.clipboard.writeText([intro, ...events.map((told) => `${moment(told.at)}  ${words(told).filter(Boolean).join('. ')}`)].join('\n'));
      copy.textContent = say('copied');
    };
    // A browser gives the clipboard to pages of this machine or over TLS only.
    copy.hidden = !navigator.clipboard;
    answer.replaceChildren(Object.assign(document.createElement('h2'), { textContent: intro }), wayList(events), copy);
  } catch (error) {
    const again = Object.assign(document.createElement('button'), { type: 'button', className: 'button', textContent: say('retry') });
    again.onclick = () => show(user);
    answer.replaceChildren(Object.assign(document.createElement('p'), { textContent: say('failedRead', { why: String(/** @type {Error} */ (error).message) }) }), again);
  }
}

themeSwitch();
document.title = say('whyTitle');
node('title').textContent = say('whyTitle');
node('user-label').textContent = say('whyAsk');
node('go').textContent = say('lookUp');
node('back').textContent = say('backToConsole');
asked.set('lang', document.documentElement.lang === 'ko' ? 'en' : 'ko');
/** @type {HTMLAnchorElement} */ (node('language')).href = `?${asked}`;
/** @type {HTMLAnchorElement} */ (node('back')).href = `/?room=${encodeURIComponent(room)}`;
const field = /** @type {HTMLInputElement} */ (node('user'));
field.value = asked.get('userId') ?? '';
node('ask').onsubmit = (event) => {
  event.preventDefault();
  const user = field.value.trim();
  asked.set('userId', user);
  asked.set('lang', document.documentElement.lang);
  history.replaceState(null, '', `?${asked}`);
  show(user);
};
if (field.value) show(field.value.trim());
