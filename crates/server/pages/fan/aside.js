// What few need beside waiting: leaving, why one stands where one stands, another name, and what is said of a place that
// is over.

import { el, speaker } from './parts.js';

/** @typedef {import('../types').House} House */

/** Why somebody is not in line, by the server's code: what is said, why, and what can be done. @type {Record<string, [string, string, string]>} */
const ENDS = {
  'not-in-line': ['notIn', '', 'join'], 'left-line': ['left', '', 'again'], 'pass-expired': ['expired', 'expiredWhy', 'again'],
  'pass-used': ['used', 'usedWhy', 'again'], 'line-full': ['full', 'fullWhy', 'again'], 'line-closed': ['closed', 'closedWhy', 'retry'],
  'room-not-found': ['noRoom', '', 'retry'],
};

/** @type {Record<'ko' | 'en', Record<string, string>>} */
const WORDS = {
  ko: {
    ask: '줄에서 나갈까요? 다시 서면 맨 뒤부터예요.', stay: '그대로 있기', leave: '나가기', failed: '나가지 못했어요. 다시 해 주세요.',
    notIn: '아직 줄을 서지 않았어요.', left: '줄에서 나왔어요.', expired: '고를 시간이 끝났어요.', expiredWhy: '다시 줄을 서면 맨 뒤부터예요.',
    used: '이번 차례에 예매했어요.', usedWhy: '더 예매하려면 다시 줄을 서 주세요. 맨 뒤부터예요.', full: '줄이 가득 찼어요.', fullWhy: '잠시 뒤 다시 서 주세요.',
    closed: '이 줄은 닫혔어요.', closedWhy: '공연이 모두 시작됐거나 취소됐어요.', noRoom: '그런 줄이 없어요.',
    why: '{time}에 줄을 서서 순번 {number}번을 받았어요. 순번은 줄을 선 순서대로 받고 바뀌지 않아요. 자리를 비운 분은 건너뛰고 돌아왔을 때 바로 다음에 들어가요. 그래서 지금 줄에 있는 분만 내 앞으로 세요.',
    name: '이름 (영문자, 숫자, . _ @ -)', use: '이 이름 쓰기',
    join: '줄 서기', again: '다시 줄 서기', retry: '다시 하기',
  },
  en: {
    ask: 'Leave the line? If you come back you start at the end.', stay: 'Stay', leave: 'Leave', failed: 'That did not work. Try again.',
    notIn: 'You are not in line.', left: 'You left the line.', expired: 'Your time to choose has ended.', expiredWhy: 'If you join again you start at the end.',
    used: 'You have booked with this turn.', usedWhy: 'To book more, join again: you start at the end.', full: 'The line is full.', fullWhy: 'Try again in a moment.',
    closed: 'This line is closed.', closedWhy: 'All its shows have begun or are cancelled.', noRoom: 'There is no such line.',
    why: 'You joined at {time} and got place No. {number}. Places are given in the order in which people join, and never change. People who are away are passed over and go in next when they return, so only people who are here are counted ahead of you.',
    name: 'Your name here (letters, digits and . _ @ -)', use: 'Use this name',
    join: 'Join the line', again: 'Join again', retry: 'Try again',
  },
};

/** Says how a place ended, on a screen of its own. @param {House} house @param {HTMLElement} host @param {string} code */
export function tell(house, host, code) {
  const words = WORDS[house.data.lang];
  const [said, why, action] = ENDS[code] ?? ENDS['not-in-line'];
  document.title = `${words[said]} · ${house.data.concert.title}`;
  const title = el('h2', { class: 'ending', tabindex: '-1' }, words[said]);
  host.replaceChildren(el('section', { class: 'told' }, title, why && el('p', { class: 'lead' }, words[why]),
    el('div', { class: 'foot' }, el('button', { type: 'button', class: 'button primary wide', onclick: house.join }, words[action]))));
  title.focus();
}

/** Says how a place was decided, in place of the button that asked for it. @param {House} house @param {HTMLElement} button @param {import('../types').Place} place */
export function explain(house, button, place) {
  const values = { time: house.clock(Date.parse(place.joinedAt), true), number: house.count(place.number) };
  const text = el('p', { class: 'why', tabindex: '-1' }, speaker(WORDS[house.data.lang])('why', values));
  button.replaceWith(text);
  text.focus();
}

/** Asks for another name, in place of the button that asked for it: who has a name is that fan. @param {House} house @param {HTMLElement} button */
export function rename(house, button) {
  const words = WORDS[house.data.lang];
  const name = el('input', { name: 'as', id: 'as', pattern: '[A-Za-z0-9._@\\-]{1,64}', required: true, autocomplete: 'off', spellcheck: 'false' });
  const lang = el('input', { type: 'hidden', name: 'lang', value: house.data.lang });
  button.replaceWith(el('form', { class: 'field' }, lang, el('label', { for: 'as' }, words.name), name, el('button', { class: 'button' }, words.use)));
  name.focus();
}

/** Asks whether to leave, in place of the button that asked for it. @param {House} house @param {HTMLElement} button */
export function ask(house, button) {
  const words = WORDS[house.data.lang];
  const question = el('p', { id: 'ask-text' }, words.ask);
  const stay = el('button', { type: 'button', class: 'button', onclick: close }, words.stay);
  const leave = el('button', { type: 'button', class: 'button', id: 'leave-do', onclick: go }, words.leave);
  const box = el('div', { class: 'ask', role: 'group', 'aria-labelledby': 'ask-text' }, question, stay, leave);
  button.hidden = true;
  button.after(box);
  stay.focus();

  function close() {
    box.remove();
    button.hidden = false;
    button.focus();
  }
  async function go() {
    const answer = await house.leave();
    if (answer.status !== 204) return house.announce(question.textContent = words.failed, true);
    close();
    house.ended('left-line');
  }
}
