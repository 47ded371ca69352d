// Choosing and paying when it is not easy: a seat that somebody else got first, a pass that is over, an answer that is
// lost, a hall of 10,000 seats.

import { api, buyers, check, hold, open, passOf } from './house.mjs';

/** Another fan is faster: the page says which seat is gone, and offers the next ones. */
export async function lostSeat(lang, look, seats, says) {
  const name = `slow-${lang}`;
  const { page, context, seen } = await open(name, look);
  await page.goto(`${buyers}/c/1?lang=${lang}&as=${name}`);
  await page.click('#join-do');
  await page.click('.cards li:first-child button');
  await page.click('[data-view=list]');
  for (const seat of seats) await page.click(`.list [data-seat="${seat}"]`);
  // The map must not learn of it before the hold does.
  await page.route(/view=bitmap/, (route) => route.fulfill({ status: 304 }));
  const fast = `fast-${lang}`;
  await hold(fast, await passOf(fast), [seats[0]]);
  await page.click('[data-view=map]');
  await page.click('#hold');
  await page.waitForSelector('.toast:not([hidden]) p');
  const said = await page.textContent('.toast p');
  check(said === says(seats[0]), `${name}: "${said}"`);
  check((await page.locator('.chips li').count()) === seats.length - 1, `${name}: what can still be had is not kept`);
  await seen('taken');
  await page.click('.toast button:not(.x)');
  check((await page.locator('.chips li').count()) === seats.length, `${name}: the next seat is not chosen`);
  await page.unroute(/view=bitmap/);
  await page.click('#hold');
  await page.waitForSelector('.actions .primary');
  await context.close();
  for (const user of [name, fast]) await api('DELETE', `/api/waiting-queue-token/${user}`);
}

/** A hall of 10,000 seats: on a canvas, walked by keyboard, told to who listens, and bought from the list too. */
export async function largeHall() {
  const { page, context, seen, byKeyboard, tabTo } = await open('hall10000', { wide: true });
  await page.goto(`${buyers}/c/1?lang=en&as=hall`);
  await byKeyboard('#join-do');
  await byKeyboard('.cards li:nth-child(3) button');
  await page.waitForSelector('.plane canvas');
  await page.waitForFunction(() => document.querySelector('.tools .free')?.textContent.startsWith('10,000 of'));
  await tabTo('.plane');
  const told = async (key) => {
    await page.waitForTimeout(100);
    await page.evaluate(() => { document.getElementById('status').textContent = ''; });
    const began = Date.now();
    await page.keyboard.press(key);
    await page.waitForFunction(() => document.getElementById('status').textContent !== '');
    check(Date.now() - began < 1000, `${key} takes ${Date.now() - began} ms in a hall of 10,000`);
    return page.textContent('#status');
  };
  check((await told('ArrowRight')) === 'Seat 2, free, ₩132,000', 'an arrow does not tell the seat');
  check((await told('ArrowDown')) === 'Seat 52, free, ₩132,000', 'down does not lead to the next row');
  check((await told('End')) === 'Seat 100, free, ₩132,000', 'End does not lead to the row\'s end');
  check((await told('PageDown')) === 'Seat 1,001, free, ₩132,000', 'PageDown does not lead to the next section');
  check((await told('Enter')) === 'Seat 1,001, yours, ₩132,000', 'Enter does not choose');
  check((await page.locator('.chips li').count()) === 1, 'the chosen seat is not among mine');
  const colours = await page.evaluate(() => {
    const canvas = document.querySelector('.plane canvas');
    const dots = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    const seen = new Set();
    for (let n = 0; n < dots.length; n += 4) if (dots[n + 3] === 255) seen.add(`${dots[n]},${dots[n + 1]},${dots[n + 2]}`);
    return ['31,79,204', '240,138,36'].filter((colour) => !seen.has(colour));
  });
  check(colours.length === 0, `the canvas does not draw ${colours}`);
  await seen('seats');
  for (let n = 0; n < 12; n += 1) await page.keyboard.press('-');
  await page.waitForTimeout(100);
  await seen('sections');
  await page.selectOption('.tools select', '9');
  await byKeyboard('[data-view=list]');
  await tabTo('.list');
  check((await page.locator('.list details').count()) === 10, 'the list has not ten sections');
  await page.locator('.list details').nth(9).evaluate((section) => { section.open = true; });
  await page.waitForSelector('[data-seat="10000"]');
  await page.focus('[data-seat="10000"]');
  await page.keyboard.press('Enter');
  check((await page.getAttribute('[data-seat="10000"]', 'aria-label')) === 'Seat 10,000, yours, ₩132,000', 'the list does not say whose the seat is');
  await seen('list', { picture: false });
  await page.keyboard.press('Escape');
  await byKeyboard('#hold');
  await page.waitForSelector('.actions .primary');
  await context.close();
  await api('DELETE', '/api/waiting-queue-token/hall');
}

/** The same hall on a phone: from afar as sections with their free seats, and nearer by a tap. */
export async function largeHallByTouch() {
  const { page, context, seen } = await open('hall10000-phone', { dark: true });
  await page.goto(`${buyers}/c/1?lang=ko&as=touch`);
  await page.click('#join-do');
  await page.click('.cards li:nth-child(3) button');
  await page.waitForSelector('.plane canvas');
  for (let n = 0; n < 12; n += 1) await page.click('.zoom button:last-child');
  await seen('sections');
  await page.click('.plane', { position: { x: 60, y: 90 } });
  await page.waitForTimeout(100);
  await page.click('.tool:not(.other)');
  check((await page.locator('.chips li').count()) === 2, 'two seats side by side are not found in a hall of 10,000');
  await seen('seats');
  await context.close();
  await api('DELETE', '/api/waiting-queue-token/touch');
}

/** The pass is over by the server's clock: the page says so, and what can be done. */
export async function passOver() {
  const { page, context, seen } = await open('late', {});
  await page.goto(`${buyers}/c/1?lang=ko&as=late`);
  await page.click('#join-do');
  await page.click('.cards li:first-child button');
  await page.waitForFunction(() => document.querySelectorAll('use[data-state="0"]').length > 0);
  await page.click('.tool:not(.other)');
  await api('DELETE', '/api/waiting-queue-token/late');
  await page.click('#hold');
  await page.waitForSelector('.told .ending');
  check((await page.textContent('.told .ending')) === '고를 시간이 끝났어요.', 'who has no pass any more is not told so');
  await seen('over');
  await page.click('.told .primary');
  await page.waitForSelector('.cards');
  await context.close();
  await api('DELETE', '/api/waiting-queue-token/late');
}

/** The answer to a payment is lost on its way: the page asks again under the same key, and the money goes once. */
export async function lostAnswer() {
  const { page, context, seen } = await open('unsure', { wide: true });
  // The lost answer is an error to the browser, and meant to be.
  page.removeAllListeners('console');
  await page.goto(`${buyers}/c/1?lang=en&as=unsure`);
  await page.click('#join-do');
  await page.click('.cards li:first-child button');
  await page.waitForFunction(() => document.querySelectorAll('use[data-state="0"]').length > 0);
  await page.click('.tool:not(.other)');
  await page.click('#hold');
  await page.click('.actions .primary');
  await page.waitForFunction(() => document.querySelector('.said')?.textContent === '');
  const keys = [];
  await page.route('**/api/user-balance/payment', async (route) => {
    keys.push(await route.request().headerValue('idempotency-key'));
    if (keys.length > 2) return route.continue();
    await route.fetch();
    return route.abort();
  });
  await page.click('.actions .primary');
  await page.waitForFunction(() => document.querySelector('.said')?.textContent.includes('cannot be charged twice'));
  await seen('unsure', { picture: false });
  await page.waitForSelector('.receipt');
  check(keys.length === 3 && new Set(keys).size === 1, `not one key for one payment: ${keys}`);
  const { paymentResponses } = await api('GET', '/api/user-balance/payment/history/unsure');
  check(paymentResponses.length === 1, `paid ${paymentResponses.length} times`);
  await context.close();
}
