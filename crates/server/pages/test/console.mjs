// The operator's pages: the console over an on-sale that runs, its controls, and the why-page of one fan.

import { api, buyers, check, hold, open, operator, passOf, room } from './house.mjs';

const CROWD = 160;

/** A crowd that waits, buys and gives up while the console is looked at. Call the answer to end it. */
export async function crowd() {
  await room({ livePassesMax: 40, admitsPerSecond: 8 });
  let isOver = false;
  const users = Array.from({ length: CROWD }, (_, n) => `crowd-${n}`);
  for (const userId of users) await api('POST', '/api/waiting-queue-token', { userId });
  const fan = async (userId, n) => {
    const pass = await passOf(userId);
    if (isOver || n % 9 === 0) return;
    const placed = await hold(userId, pass, [1 + ((n * 37) % 400)], 2);
    if (!placed?.temporalReservationId || n % 5 === 0) return;
    await api('PUT', `/api/user-balance/charge/${userId}`, { amount: 132000 });
    await api('POST', '/api/user-balance/payment', { userId, targetId: String(placed.temporalReservationId), paymentMethod: 'CREDIT_CARD' });
  };
  const all = Promise.all(users.map(fan));
  return async () => {
    isOver = true;
    await room({ livePassesMax: 1000, admitsPerSecond: 200 });
    await all;
  };
}

export async function consoles(name, lang, look) {
  const { page, context, seen } = await open(name, look);
  await page.goto(`${operator}/?lang=${lang}`);
  await page.waitForFunction(() => document.querySelector('#word')?.textContent);
  await page.waitForTimeout(4000);
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

/** The console in a narrow window and with the system's colours. */
export async function narrowConsole() {
  for (const [name, look] of [['narrow', { size: { width: 640, height: 900 } }], ['forced', { wide: true, forced: true, dark: true }]]) {
    const { page, context, seen } = await open(name, look);
    await page.goto(`${operator}/?lang=en`);
    await page.waitForFunction(() => document.querySelector('#word')?.textContent);
    await page.waitForTimeout(1500);
    await seen('console');
    await page.goto(`${operator}/why?lang=ko&userId=keyboard`);
    await page.waitForSelector('.way li');
    await seen('why', { picture: false });
    await context.close();
  }
}

const MODULES = {
  fan: ['shop.js', 'parts.js', 'seats.js', 'hall.js', 'map.js', 'canvas.js', 'list.js', 'shop.ko.js', 'shop.css'],
  console: ['console.js', 'panels.js', 'figures.js', 'charts.js', 'verdict.js', 'room.js', 'fan.js', 'words.js', 'words.ko.js', 'console.css'],
};
/** What travels, against the bars: the waiting page as it is and compressed, what comes after, the console. */
export async function sizes() {
  for (const lang of ['ko', 'en']) {
    const url = `${buyers}/c/1?lang=${lang}`;
    const bytes = async (encoding) => Number((await fetch(url, { headers: { 'Accept-Encoding': encoding } })).headers.get('content-length'));
    const [plain, packed] = [await bytes('identity'), await bytes('gzip')];
    check(plain < 30000, `the waiting page takes ${plain} bytes uncompressed`);
    check(packed < 14 * 1024, `the waiting page takes ${packed} bytes compressed`);
    console.log(`waiting page (${lang}): ${plain} bytes in one request, ${packed} compressed`);
  }
  const policy = (await fetch(`${buyers}/c/1`)).headers.get('content-security-policy');
  check(!/unsafe-/.test(policy), 'the policy allows what it must not');
  for (const [from, kind, most] of [[buyers, 'fan', 45], [operator, 'console', 60]]) {
    let all = 0;
    for (const name of MODULES[kind]) all += Number((await fetch(`${from}/pages/${name}`, { headers: { 'Accept-Encoding': 'gzip' } })).headers.get('content-length'));
    check(all < most * 1024, `scripts of ${kind} take ${all} bytes`);
    console.log(`${kind === 'fan' ? 'after the line' : 'console'}: ${all} bytes compressed`);
  }
}
