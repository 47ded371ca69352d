// The pages in a real browser against the real binary. Arguments: the binary, and where pictures go.

import { consoleByKeyboard, consoles, crowd, firstPaint, narrowConsole, sizes } from './console.mjs';
import { buy, largeAndPlain, leaveAndReturn, nearTheFront, states, withoutScript } from './fan.mjs';
import { end, failures, onSale } from './house.mjs';
import { largeHall, largeHallByTouch, lostAnswer, lostSeat, passOver } from './seats.mjs';

const only = process.env.ONLY?.split(',');
const run = async (name, test) => {
  if (only && !only.includes(name)) return;
  const began = Date.now();
  try {
    await test();
  } catch (error) {
    failures.push(`${name}: ${error.stack}`);
  }
  console.log(`${name}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
};

try {
  await onSale();
  await run('sizes', async () => {
    await sizes();
    await firstPaint();
  });
  await run('mouse', () => buy('mouse', 'en', { wide: true }, false));
  await run('keyboard', () => buy('keyboard', 'ko', { dark: true }, true));
  await run('states', async () => {
    await states('ko', 'ko', {});
    await states('en', 'en', { wide: true, dark: true });
  });
  await run('front', nearTheFront);
  await run('leaving', leaveAndReturn);
  await run('lost seat', async () => {
    await lostSeat('ko', { dark: true }, [105, 106], (seat) => `${seat}번은 방금 다른 분이 잡았어요.`);
    await lostSeat('en', { wide: true }, [205, 206], (seat) => `Seat ${seat} has just been taken.`);
  });
  await run('pass over', passOver);
  await run('lost answer', lostAnswer);
  await run('large hall', async () => {
    await largeHall();
    await largeHallByTouch();
  });
  await run('large and plain', largeAndPlain);
  await run('no script', withoutScript);
  await run('console', async () => {
    const over = await crowd();
    await consoles('ko', 'ko', { wide: true, dark: true });
    await consoles('en', 'en', { wide: true });
    await narrowConsole();
    await over();
    await consoleByKeyboard();
  });
} finally {
  await end();
}
for (const failure of failures) console.error(`FAILED ${failure}`);
process.exit(failures.length > 0 ? 1 : 0);
