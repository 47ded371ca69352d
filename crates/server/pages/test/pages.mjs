// The pages in a real browser against the real binary: a fan's way by mouse and by keyboard alone, the states of the
// line, the console; no console error, nothing asked of another machine, no violation found by axe, sizes under the bars.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from '@axe-core/playwright';
import { chromium } from 'playwright-core';

const AxeBuilder = axe.AxeBuilder ?? axe.default ?? axe;
const [binary, shots] = process.argv.slice(2);
mkdirSync(shots, { recursive: true });
const data = mkdtempSync(join(tmpdir(), 'usher-pages-'));
const failures = [];
const check = (holds, says) => { if (!holds) failures.push(says); };

const server = spawn(binary, ['serve', '--mode', 'open', '--data', join(data, 'd'), '--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'ignore'] });
const [buyers, operator] = await new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error('the server did not begin to listen')), 20000).unref();
  server.stdout.on('data', (line) => resolve(String(line).match(/http:\/\/[\d.:]+/g)));
});
const post = async (path, body) => (await fetch(buyers + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).json();
await post('/api/concerts', { title: '첫눈 라이브 2026' });
const inDays = (days) => new Date(Date.now() + days * 864e5).toISOString();
for (const [days, maxSeats] of [[24, 500], [25, 5000]]) {
  await post('/api/concerts/1/options', { concertDate: inDays(days), concertDuration: 'PT2H', title: '밤의 온실', price: 132000, maxSeats });
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });

async function open(name, { wide, dark }) {
  const context = await browser.newContext({ viewport: wide ? { width: 1280, height: 800 } : { width: 390, height: 844 }, deviceScaleFactor: wide ? 1 : 2, colorScheme: dark ? 'dark' : 'light' });
  const page = await context.newPage();
  page.on('console', (message) => check(message.type() !== 'error', `${name}: console: ${message.text()}`));
  page.on('pageerror', (error) => failures.push(`${name}: ${error.stack}`));
  page.on('request', (request) => check(/^(http:\/\/127\.0\.0\.1:|data:)/.test(request.url()), `${name}: asked ${request.url()}`));
  const seen = async (state) => {
    // Colours take 150 ms to change.
    await page.waitForTimeout(250);
    const { violations } = await new AxeBuilder({ page }).analyze();
    for (const one of violations) failures.push(`${name} ${state}: axe ${one.id}: ${one.nodes[0].html.slice(0, 120)}`);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    check(wider <= 0, `${name} ${state}: ${wider} px wider than the screen`);
    await page.screenshot({ path: join(shots, `${state}-${name}.png`) });
  };
  return { page, context, seen };
}

/** A purchase; `press` is how a fan does it: by mouse, or by keyboard alone. */
async function buy(name, lang, look, byKeyboard) {
  const { page, context, seen } = await open(name, look);
  const press = async (selector) => {
    if (!byKeyboard) return page.click(selector);
    await page.waitForSelector(selector);
    for (let n = 0; n < 80; n += 1) {
      if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
    }
    throw new Error(`${name}: ${selector} cannot be reached by Tab`);
  };
  await page.goto(`${buyers}/c/1?lang=${lang}&as=${name}`);
  await seen('join');
  await press('#join-do');
  await page.waitForSelector('.cards', { timeout: 15000 });
  await seen('dates');
  await press('.cards li:first-child button');
  await page.waitForSelector('.plane');
  await page.waitForFunction(() => document.querySelectorAll('use[data-state="0"]').length > 0);
  if (byKeyboard) {
    for (let n = 0; n < 20 && !(await page.evaluate(() => document.activeElement?.matches('.plane'))); n += 1) await page.keyboard.press('Tab');
    for (const key of ['ArrowDown', 'ArrowRight', 'Enter', 'ArrowRight', ' ', 'Escape']) await page.keyboard.press(key);
    check(await page.evaluate(() => document.activeElement?.id === 'hold'), `${name}: Escape does not lead to the hold`);
  } else {
    await page.click('.tool:not(.other)');
  }
  check((await page.locator('.chips li').count()) === 2, `${name}: two seats are not chosen`);
  await seen('seats');
  await press('[data-view=list]');
  await seen('list');
  if (byKeyboard) {
    for (let n = 0; n < 20 && !(await page.evaluate(() => document.activeElement?.closest('.list'))); n += 1) await page.keyboard.press('Tab');
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
  if (byKeyboard) {
    await press('.actions .plain');
    await press('.actions .ask .button:last-child');
    await page.waitForSelector('#after .ending');
    await seen('refunded');
  }
  await context.close();
}

/** The states of the line, told by answers made up in the browser. */
async function states(name, lang, look) {
  const place = { userId: 'x', tokenValue: 't', position: 6218, validUntil: null, status: 'WAITING', etaSeconds: 480, pollAfterMs: 24000, outlook: 'enough', number: 9141, joinedAt: new Date(Date.now() - 12e4).toISOString(), paused: false, message: null };
  const shown = {
    waiting: {}, unlikely: { outlook: 'unlikely' }, 'sold-out': { outlook: 'sold-out', etaSeconds: null }, paused: { paused: true, message: '8:15 ▶' }, unknown: { etaSeconds: null }, longest: { position: 1234567, etaSeconds: 7000 },
  };
  for (const [state, changed] of Object.entries(shown)) {
    const { page, context, seen } = await open(name, look);
    await page.route(/waiting-queue-token/, (route) => route.fulfill({ status: 201, contentType: 'application/json', body: JSON.stringify({ ...place, ...changed }) }));
    await page.goto(`${buyers}/c/1?lang=${lang}&as=x`);
    await page.click('#join-do');
    await page.waitForSelector('#wait:not([hidden])');
    await seen(state);
    await context.close();
  }
}

async function console_(name, lang, look) {
  const { page, context, seen } = await open(name, look);
  await page.goto(`${operator}/?lang=${lang}`);
  await page.waitForFunction(() => document.querySelector('#word')?.textContent);
  await page.waitForTimeout(2500);
  await seen('console');
  await page.click('#pause');
  await page.fill('[name=messageKo]', '곧 다시 시작해요');
  await seen('console-pausing');
  await page.click('#question .primary');
  await page.waitForSelector('#verdict.paused', { timeout: 5000 });
  await page.click('.act .small');
  await page.waitForSelector('#verdict:not(.paused)', { timeout: 5000 });
  await page.goto(`${operator}/why?lang=${lang}&userId=mouse`);
  await page.waitForSelector('.way li');
  await seen('why');
  await context.close();
}

async function sizes() {
  const page = await fetch(`${buyers}/c/1`, { headers: { 'Accept-Encoding': 'gzip' } });
  const onTheWire = Number(page.headers.get('content-length'));
  check(onTheWire < 14 * 1024, `the waiting page takes ${onTheWire} bytes`);
  check(!/unsafe-/.test(page.headers.get('content-security-policy')), 'the policy allows what it must not');
  for (const [from, names, most] of [[buyers, ['shop.js', 'parts.js', 'seats.js', 'hall.js', 'map.js', 'list.js', 'shop.ko.js', 'shop.css'], 45], [operator, ['console.js', 'panels.js', 'figures.js', 'charts.js', 'verdict.js', 'room.js', 'fan.js', 'words.js', 'words.ko.js', 'console.css'], 60]]) {
    let all = 0;
    for (const name of names) all += Number((await fetch(`${from}/pages/${name}`, { headers: { 'Accept-Encoding': 'gzip' } })).headers.get('content-length'));
    check(all < most * 1024, `scripts take ${all} bytes`);
    console.log(`${from === buyers ? 'after the line' : 'console'}: ${all} bytes compressed`);
  }
  console.log(`waiting page: ${onTheWire} bytes in one request`);
}

try {
  await sizes();
  await buy('mouse', 'en', { wide: true }, false);
  await buy('keyboard', 'ko', { dark: true }, true);
  await states('ko', 'ko', {});
  await states('en', 'en', { wide: true, dark: true });
  await console_('ko', 'ko', { wide: true, dark: true });
  await console_('en', 'en', { wide: true });
} catch (error) {
  failures.push(String(error.stack));
} finally {
  await browser.close();
  server.kill('SIGTERM');
  rmSync(data, { recursive: true, force: true });
}
for (const failure of failures) console.error(`FAILED ${failure}`);
process.exit(failures.length > 0 ? 1 : 0);
