// The map drawn on a canvas: a hall of more seats than elements can carry; from afar its blocks, each with its free seats.

import { FREE, HELD, MINE, countFree } from './hall.js';

/** Below this many pixels a seat is no target, and blocks are drawn instead. */
export const SEAT_MIN = 5;
/** Below this the names of rows would stand on the seats of the next block. */
const LABEL_MIN = 9;
/** Where the stage's name stands, in units above the first row. */
export const STAGE_NAME_Y = -1.9;

/** @param {import('./hall.js').Plan} hall @param {string} stage @returns {import('./map.js').Painter} */
export function canvas(hall, stage) {
  const element = document.createElement('canvas');
  element.setAttribute('aria-hidden', 'true');
  const pen = /** @type {CanvasRenderingContext2D} */ (element.getContext('2d'));
  return {
    element,
    draw(view, shown) {
      const ratio = devicePixelRatio || 1;
      const [wide, high] = [element.clientWidth, element.clientHeight];
      if (element.width !== wide * ratio || element.height !== high * ratio) [element.width, element.height] = [wide * ratio, high * ratio];
      const style = getComputedStyle(element);
      const colour = (/** @type {string} */ name) => style.getPropertyValue(name);
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.clearRect(0, 0, wide, high);
      pen.fillStyle = colour('--ink');
      pen.textAlign = 'center';
      pen.font = `12px ${style.fontFamily}`;
      const unit = view.pitch;
      const px = (/** @type {number} */ x) => (x - view.x) * unit;
      const py = (/** @type {number} */ y) => (y - view.y) * unit;
      const half = Math.max(5, hall.width / 10);
      pen.fillRect(px(hall.width / 2 - half), py(-1.7), 2 * half * unit, Math.max(3, 0.8 * unit));
      pen.fillText(stage, px(hall.width / 2), py(STAGE_NAME_Y) - 4);
      for (const block of hall.blocks) {
        const [x, y] = [px(block.x), py(block.y)];
        if (x > wide || y > high || x + block.width * unit < 0 || y + block.height * unit < 0) continue;
        if (unit < SEAT_MIN) farBlock(pen, block, shown.states, { x, y, unit, colour, family: style.fontFamily });
        else nearBlock(pen, hall, block, shown, { px, py, unit, wide, high, colour });
      }
      if (shown.isFocused && shown.cursor && unit >= SEAT_MIN) {
        const at = hall.at(shown.cursor);
        const half = 0.42 * unit + 3;
        pen.strokeStyle = colour('--ink');
        pen.lineWidth = 2.5;
        box(pen, px(at.x), py(at.y), half, half * 0.5);
        pen.stroke();
      }
    },
  };
}

/** @param {CanvasRenderingContext2D} pen @param {number} x @param {number} y @param {number} half @param {number} round */
function box(pen, x, y, half, round) {
  pen.beginPath();
  pen.roundRect(x - half, y - half, 2 * half, 2 * half, round);
}

/**
 * @param {CanvasRenderingContext2D} pen @param {import('./hall.js').Block} block @param {Uint8Array} states
 * @param {{ x: number, y: number, unit: number, colour(name: string): string, family: string }} to
 */
function farBlock(pen, block, states, { x, y, unit, colour, family }) {
  const free = countFree(states, block.first, block.last);
  // No darker than the count on it can be read on.
  pen.globalAlpha = 0.08 + (0.42 * free) / (block.last - block.first + 1);
  pen.fillStyle = colour('--accent');
  pen.beginPath();
  pen.roundRect(x, y, block.width * unit, block.height * unit, 4);
  pen.fill();
  pen.globalAlpha = 1;
  if (block.width * unit < 44) return;
  pen.fillStyle = colour('--ink');
  pen.font = `700 13px ${family}`;
  pen.fillText(free.toLocaleString('en-US'), x + (block.width * unit) / 2, y + (block.height * unit) / 2 + 5);
}

/**
 * @param {CanvasRenderingContext2D} pen @param {import('./hall.js').Plan} hall @param {import('./hall.js').Block} block @param {import('./map.js').Shown} shown
 * @param {{ px(x: number): number, py(y: number): number, unit: number, wide: number, high: number, colour(name: string): string }} to
 */
function nearBlock(pen, hall, block, shown, { px, py, unit, wide, high, colour }) {
  const paint = { free: colour('--accent'), edge: colour('--edge'), sold: colour('--sold'), mine: colour('--torch-fill'), ink: colour('--ink'), tick: colour('--on-torch') };
  for (let seat = block.first; seat <= block.last; seat += 1) {
    const at = hall.at(seat);
    const [x, y] = [px(at.x), py(at.y)];
    if (x < -unit || y < -unit || x > wide + unit || y > high + unit) continue;
    const state = shown.states[seat];
    if (state === FREE) {
      pen.fillStyle = paint.free;
      box(pen, x, y, 0.36 * unit, 0.2 * unit);
      pen.fill();
    } else if (state === HELD) {
      pen.strokeStyle = paint.edge;
      pen.lineWidth = 1.5;
      box(pen, x, y, 0.33 * unit, 0.18 * unit);
      pen.moveTo(x - 0.17 * unit, y + 0.17 * unit);
      pen.lineTo(x + 0.17 * unit, y - 0.17 * unit);
      pen.stroke();
      if (shown.lost.has(seat)) {
        pen.strokeStyle = paint.ink;
        pen.lineWidth = 2;
        box(pen, x, y, 0.46 * unit, 0.25 * unit);
        pen.stroke();
      }
    } else if (state === MINE) {
      pen.fillStyle = paint.mine;
      pen.strokeStyle = paint.ink;
      pen.lineWidth = 2;
      box(pen, x, y, 0.42 * unit, 0.23 * unit);
      pen.fill();
      pen.stroke();
      pen.strokeStyle = paint.tick;
      pen.beginPath();
      pen.moveTo(x - 0.2 * unit, y);
      pen.lineTo(x - 0.06 * unit, y + 0.15 * unit);
      pen.lineTo(x + 0.2 * unit, y - 0.15 * unit);
      pen.stroke();
    } else {
      pen.fillStyle = paint.sold;
      box(pen, x, y, 0.13 * unit, 0.07 * unit);
      pen.fill();
    }
  }
  if (unit < LABEL_MIN) return;
  pen.fillStyle = colour('--ink3');
  pen.textAlign = 'right';
  for (let seat = block.first, n = 0; seat <= block.last; seat += hall.perRow, n += 1) {
    if (n % 5 === 0) pen.fillText(String(seat), px(block.x - 0.3), py(hall.at(seat).y) + 4);
  }
  pen.textAlign = 'center';
}
