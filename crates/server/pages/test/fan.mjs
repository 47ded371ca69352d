// A fan's way: by mouse and by keyboard alone, through every state of the line, without script, with large type and with
// the colours of the system.

import { api, buyers, check, open, room } from './house.mjs';

/** A purchase; by mouse, or by keyboard alone. */
export async function buy(name, lang, look, keysOnly) {
  const { page, context, seen, byKeyboard, tabTo } = await open(name, look);
  const press = (selector) => (keysOnly ? byKeyboard(selector) : page.click(selector));
  await page.goto(`${buyers}/c/1?lang=${lang}&as=${name}`);
  await seen('join');
  await press('#join-do');
  await page.waitForSelector('.cards');
  await seen('dates');
  await press('.cards li:first-child button');
  await page.waitForFunction(() => document.querySelectorAll('use[data-state="0"]').length > 0);
  const above = await page.evaluate(() => document.querySelector('.stage-name').getBoundingClientRect().top - document.querySelector('.plane').getBoundingClientRect().top);
  check(above >= 0, `${name}: the stage's name is cut by ${-above} px`);
  if (keysOnly) {
    await tabTo('.plane');
    for (const key of ['ArrowDown', 'ArrowRight', 'Enter', 'ArrowRight', ' ', 'Escape']) await page.keyboard.press(key);
    check(await page.evaluate(() => document.activeElement?.id === 'hold'), `${name}: Escape does not lead to the hold`);
  } else {
    await page.click('.tool:not(.other)');
  }
  check((await page.locator('.chips li').count()) === 2, `${name}: two seats are not chosen`);
  await seen('seats');
  await press('[data-view=list]');
  await seen('list');
  if (keysOnly) {
    await tabTo('.list');
    await page.keyboard.press('Escape');
  }
  await press('#hold');
  await page.waitForSelector('.actions .primary');
  await seen('short');
  await press('.actions .primary');
  await page.waitForFunction(() => document.querySelector('.said')?.textContent === '');
  await seen('pay');
  await press('.actions .primary');
  await page.waitForSelector('.receipt');
  await seen('booked');
  if (keysOnly) {
    await press('.actions .plain');
    await press('.actions .ask .button:last-child');
    await page.waitForSelector('#after .ending');
    await seen('refunded');
  }
  await context.close();
}

const PLACE = { userId: 'x', tokenValue: 't', position: 6218, validUntil: null, status: 'WAITING', etaSeconds: 480, pollAfterMs: 24000, outlook: 'enough', number: 9141, paused: false, message: null };
const STATES = {
  waiting: {}, unlikely: { outlook: 'unlikely' }, 'sold-out': { outlook: 'sold-out', etaSeconds: null }, paused: { paused: true, message: '8:15 ▶' }, unknown: { etaSeconds: null }, longest: { position: 1234567, etaSeconds: 7000 },
};
const shownAs = (page, changed) => page.route(/waiting-queue-token/, (route) => route.fulfill({
  status: 201, contentType: 'application/json', body: JSON.stringify({ ...PLACE, joinedAt: new Date(Date.now() - 12e4).toISOString(), ...changed }),
}));

/** The states of the line, told by answers made up in the browser. */
export async function states(name, lang, look, { only = Object.keys(STATES), picture = true, type = 1 } = {}) {
  for (const state of only) {
    const { page, context, seen } = await open(name, look);
    await shownAs(page, STATES[state]);
    page.on('request', (request) => check(!request.url().includes('/pages/'), `${name} ${state}: who waits loads ${request.url()}`));
    await page.goto(`${buyers}/c/1?lang=${lang}&as=x`);
    if (type !== 1) await page.evaluate((times) => { document.documentElement.style.fontSize = `${100 * times}%`; }, type);
    if (type !== 1) await seen(`join-${state}`, { picture: false });
    await page.click('#join-do');
    await page.waitForSelector('#wait:not([hidden])');
    await seen(state, { picture });
    await context.close();
  }
}

/** Large type, a narrow window, the system's colours: everything is still there. */
export async function largeAndPlain() {
  await states('type200', 'ko', { size: { width: 390, height: 844 } }, { only: ['waiting', 'sold-out', 'longest'], type: 2, picture: false });
  // A window of 1280 px at 200 and 400 %.
  await states('zoom200', 'en', { size: { width: 640, height: 400 } }, { only: ['waiting', 'unlikely'], picture: false });
  await states('zoom400', 'en', { size: { width: 320, height: 256 } }, { only: ['waiting', 'sold-out'], picture: false });
  await states('forced', 'ko', { forced: true, dark: true }, { only: ['waiting', 'paused'] });

  for (const [name, look] of [['zoom400', { size: { width: 320, height: 256 } }], ['type200', {}], ['forced', { forced: true, dark: true }]]) {
    const { page, context, seen } = await open(name, look);
    await page.goto(`${buyers}/c/1?lang=ko&as=${name}`);
    await page.click('#join-do');
    await page.waitForSelector('.cards');
    if (name === 'type200') await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
    await seen('dates', { picture: false });
    await page.click('.cards li:first-child button');
    await page.waitForFunction(() => document.querySelectorAll('use[data-state="0"]').length > 0);
    await page.click('.tool:not(.other)');
    await seen('seats', { picture: name !== 'zoom400' });
    if (name === 'forced') await page.evaluate(forcedMarks).then((same) => check(!same, `forced: ${same}`));
    await page.click('#hold');
    await page.waitForSelector('.actions .primary');
    await seen('pay', { picture: false });
    await page.click('.actions .plain');
    await page.waitForSelector('#after .ending');
    await context.close();
    await api('DELETE', `/api/waiting-queue-token/${name}`);
  }
}
/** Runs in the page: which two kinds of seat cannot be told apart with the colours of the system; '' if none. */
function forcedMarks() {
  const ways = ['free', 'mine', 'sold', 'held'].map((kind) => {
    const style = getComputedStyle(document.querySelector(`.legend .${kind}`));
    return { kind, looks: `${style.fill} ${style.stroke}` };
  });
  const twin = ways.find((one, n) => ways.findIndex((other) => other.looks === one.looks) !== n);
  return twin ? `${twin.kind} looks like another: ${JSON.stringify(ways)}` : '';
}

/** Near the front the line is told as it moves, without asking, and nothing scrolls away from the reader. */
export async function nearTheFront() {
  await room({ paused: true });
  await api('POST', '/api/waiting-queue-token', { userId: 'first' });
  const { page, context, seen } = await open('front', { size: { width: 390, height: 500 } });
  const asked = [];
  page.on('request', (request) => { if (request.url().includes('waiting-queue-token')) asked.push(`${request.method()} ${request.url().split('/').pop()}`); });
  await page.goto(`${buyers}/c/1?lang=ko&as=second`);
  await page.click('#join-do');
  await page.waitForFunction(() => document.querySelector('#ahead')?.textContent === '1');
  await page.waitForSelector('#connection.live');
  await seen('near', { picture: false });
  check(asked.some((one) => one.startsWith('GET events')), `near the front no stream was opened: ${asked}`);
  const before = asked.length;
  await page.evaluate(() => scrollTo(0, 120));
  await api('DELETE', '/api/waiting-queue-token/first');
  await page.waitForFunction(() => document.querySelector('#ahead')?.textContent === '다음 차례예요');
  check((await page.evaluate(() => scrollY)) === 120, 'the page scrolls when the line moves');
  check(asked.length === before, `the page asked although it is told: ${asked.slice(before)}`);
  // Leaving asks first; staying keeps the place.
  await page.click('#leave');
  await seen('leaving', { picture: false });
  await page.click('.ask .button:first-of-type');
  check((await page.locator('.ask').count()) === 0, 'the question stays after it is answered');
  await room({ paused: false });
  await page.waitForSelector('.cards');
  check((await page.title()).startsWith('▶'), 'the title does not say that it is one\'s turn');
  check(asked.slice(before).every((one) => !one.startsWith('GET second')), `the turn was asked for: ${asked.slice(before)}`);
  await context.close();
  await api('DELETE', '/api/waiting-queue-token/second');
}

/** Leaves, and joins again from the screen that says so. */
export async function leaveAndReturn() {
  await room({ paused: true });
  const { page, context, seen } = await open('leaver', { dark: true });
  await page.goto(`${buyers}/c/1?lang=en&as=leaver`);
  await page.click('#who');
  await seen('name', { picture: false });
  await page.goto(`${buyers}/c/1?lang=en&as=leaver`);
  await page.click('#join-do');
  await page.click('#leave');
  await page.click('#leave-do');
  await page.waitForSelector('.told .ending');
  check((await page.textContent('.told .ending')) === 'You left the line.', 'who left is not told so');
  await seen('left');
  await page.reload();
  await page.waitForSelector('.told .ending');
  await page.click('.told .primary');
  await page.waitForSelector('#wait:not([hidden])');
  await context.close();
  await api('DELETE', '/api/waiting-queue-token/leaver');
  await room({ paused: false });
}

/** The whole way without script. What axe judges is the same page in a browser that has one. */
export async function withoutScript() {
  const { page, context, seen } = await open('noscript', { scripts: false });
  await page.goto(`${buyers}/c/1?lang=ko`);
  await page.fill('#as', 'plain');
  await page.click('#join-do');
  await page.waitForURL(/plain\?/);
  const judged = async (state) => {
    await seen(state);
    const other = await open(`noscript-${state}`, { dark: true });
    await other.page.goto(page.url());
    await other.seen(state, { picture: false });
    await other.context.close();
  };
  await judged('plain-waiting');
  // The page opens again by itself until it is one's turn.
  await page.waitForSelector('.rows a');
  await judged('plain-dates');
  await page.click('.rows a');
  await page.check('[value="31"]');
  await page.check('[value="32"]');
  await judged('plain-seats');
  await page.click('button[value=hold]');
  await page.click('button[value=top-up]');
  await judged('plain-pay');
  await page.click('button[value=pay]');
  check((await page.textContent('.ending')).startsWith('예매했어요'), 'who paid without script is not told so');
  await judged('plain-booked');
  await page.click('button[value=refund]');
  await context.close();
}
