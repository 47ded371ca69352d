// What the tests share: the real binary with an on-sale, a real browser, and what every page must hold: no console error,
// nothing asked of another machine, no violation found by axe, nothing wider than the screen.

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

/** What went wrong, each as a sentence. */
export const failures = [];
export const check = (holds, says) => { if (!holds) failures.push(says); };

const server = spawn(binary, ['serve', '--mode', 'open', '--data', join(data, 'd'), '--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'ignore'] });
const listening = new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error('the server did not begin to listen')), 20000).unref();
  server.stdout.on('data', (line) => resolve(String(line).match(/http:\/\/[\d.:]+/g)));
});
export const [buyers, operator] = await listening;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });

export async function end() {
  await browser.close();
  server.kill('SIGTERM');
  rmSync(data, { recursive: true, force: true });
}

/** Asks the API; the answer's JSON, or null. */
export async function api(method, path, body, headers = {}, from = buyers) {
  const answer = await fetch(from + path, { method, headers: { ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers }, body: body && JSON.stringify(body) });
  const text = await answer.text();
  return text ? JSON.parse(text) : null;
}
export const room = (patch, name = 'main') => api('PATCH', `/admin/rooms/${name}`, patch, {}, operator);

export const SEATS = [500, 5000, 10000];
/** Concert 1 is what the fans of these tests want. */
export async function onSale() {
  await api('POST', '/api/concerts', { title: '첫눈 라이브 2026' });
  for (const [n, maxSeats] of SEATS.entries()) {
    const concertDate = new Date(Date.now() + (24 + n) * 864e5).toISOString();
    await api('POST', '/api/concerts/1/options', { concertDate, concertDuration: 'PT2H', title: '밤의 온실', price: 132000, maxSeats });
  }
}

/** Joins and waits to be let in; the pass. */
export async function passOf(userId) {
  let place = await api('POST', '/api/waiting-queue-token', { userId });
  for (let n = 0; n < 100 && place.status !== 'PROCESSING'; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    place = await api('GET', `/api/waiting-queue-token/${userId}`);
  }
  return place.tokenValue;
}
export const hold = (userId, pass, seatNumbers, concertOptionId = 1) =>
  api('POST', '/api/reservations', { userId, concertOptionId, seatNumbers }, { 'X-Queue-Token': pass });

/**
 * A page of its own. `wide`: a desktop, `dark`, `forced`: the colours of the system, `size`: a viewport, `scripts`: false
 * for a browser without.
 */
export async function open(name, { wide, dark, forced, size, scripts = true } = {}) {
  const viewport = size ?? (wide ? { width: 1280, height: 800 } : { width: 390, height: 844 });
  const context = await browser.newContext({
    viewport, deviceScaleFactor: wide ? 1 : 2, colorScheme: dark ? 'dark' : 'light', forcedColors: forced ? 'active' : 'none', javaScriptEnabled: scripts,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  // A refusal of the API is an answer; only the browser calls it an error.
  const isRefusal = (message) => /status of 4\d\d/.test(message.text()) && message.location().url.includes('/api/');
  page.on('console', (message) => check(message.type() !== 'error' || isRefusal(message), `${name}: console: ${message.text()}`));
  page.on('pageerror', (error) => failures.push(`${name}: ${error.stack}`));
  page.on('request', (request) => check(/^(http:\/\/127\.0\.0\.1:|data:)/.test(request.url()), `${name}: asked ${request.url()}`));
  /** Judges what is on screen, and keeps a picture of it unless told not to. */
  const seen = async (state, { picture = true } = {}) => {
    // Colours take 150 ms to change.
    await page.waitForTimeout(250);
    if (scripts) {
      const { violations } = await new AxeBuilder({ page }).analyze();
      for (const one of violations) failures.push(`${name} ${state}: axe ${one.id}: ${one.nodes[0].html.slice(0, 120)}`);
    }
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    check(wider <= 0, `${name} ${state}: ${wider} px wider than the screen`);
    if (picture) await page.screenshot({ path: join(shots, `${state}-${name}.png`) });
  };
  /** Presses by keyboard alone. */
  const byKeyboard = async (selector) => {
    await page.waitForSelector(selector);
    for (let n = 0; n < 120; n += 1) {
      if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
    }
    throw new Error(`${name}: ${selector} cannot be reached by Tab`);
  };
  const tabTo = async (selector) => {
    for (let n = 0; n < 120; n += 1) {
      if (await page.evaluate((wanted) => document.activeElement?.closest(wanted) !== null, selector)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`${name}: ${selector} cannot be reached by Tab`);
  };
  return { page, context, seen, byKeyboard, tabTo };
}
