// The map of the hall: drawn as elements up to 2,000 seats, on a canvas above; moved, zoomed and walked by keyboard.

import { SEAT_MIN, STAGE_NAME_Y, canvas } from './canvas.js';
import { FREE, HELD, MINE, step } from './hall.js';
import { el } from './parts.js';

const ELEMENTS_MAX = 2000;
const FIRST_PITCH = 25;
const PITCH_MAX = 44;
/** Drawn for a moment where a chosen seat went to somebody else. */
const LOST = 5;
const SVG = 'http://www.w3.org/2000/svg';

/** @typedef {{ x: number, y: number, pitch: number }} View The unit at the top left, and pixels a unit. */
/** @typedef {{ states: Uint8Array, cursor: number, isFocused: boolean, lost: Set<number> }} Shown */
/** @typedef {{ draw(view: View, shown: Shown): void, element: Element }} Painter */

/**
 * @param {import('./hall.js').Plan} hall
 * @param {{ label: string, zoomIn: string, zoomOut: string, stage: string, pick(seat: number): void, leave(): void, tell(seat: number): void }} to
 */
export function makeMap(hall, to) {
  const painter = hall.total <= ELEMENTS_MAX ? elements(hall, to.stage) : canvas(hall, to.stage);
  const plane = el('div', { class: 'plane', tabindex: '0', role: 'application', 'aria-label': to.label }, /** @type {HTMLElement} */ (painter.element));
  const root = el('div', { class: 'map' }, plane, el('div', { class: 'zoom' },
    el('button', { type: 'button', 'aria-label': to.zoomIn, onclick: () => zoom(1.4) }, '+'),
    el('button', { type: 'button', 'aria-label': to.zoomOut, onclick: () => zoom(1 / 1.4) }, '−')));
  /** @type {View} */
  const view = { x: 0, y: 0, pitch: FIRST_PITCH };
  /** @type {Shown} */
  const shown = { states: new Uint8Array(hall.total + 1), cursor: 0, isFocused: false, lost: new Set() };
  let isPlanned = false;
  /** The stage's name stands above the hall and needs its pixels at every zoom. */
  const top = () => Math.min(-3, STAGE_NAME_Y - 22 / view.pitch);
  const least = () => Math.min(FIRST_PITCH, (plane.clientWidth - 32) / hall.width, (plane.clientHeight - 72) / (hall.height + 2));

  function draw() {
    if (isPlanned) return;
    isPlanned = true;
    requestAnimationFrame(() => {
      isPlanned = false;
      keepInside();
      painter.draw(view, shown);
    });
  }
  /** No further than the middle of the hall at an edge. */
  function keepInside() {
    const [wide, high] = [plane.clientWidth / view.pitch, plane.clientHeight / view.pitch];
    const bound = (/** @type {number} */ at, /** @type {number} */ size, /** @type {number} */ seen) =>
      (size + 5 <= seen ? (size - seen) / 2 : Math.min(Math.max(at, -3.5), size - seen + 3.5));
    view.x = bound(view.x, hall.width, wide);
    view.y = hall.height + 4 <= high ? Math.min(top(), -(high - hall.height) / 3) : Math.min(Math.max(view.y, top()), hall.height - high + 2);
  }
  /** @param {number} times @param {number} [atX] @param {number} [atY] Pixels that stay where they are. */
  function zoom(times, atX = plane.clientWidth / 2, atY = plane.clientHeight / 2) {
    const pitch = Math.min(PITCH_MAX, Math.max(least(), view.pitch * times));
    view.x += atX / view.pitch - atX / pitch;
    view.y += atY / view.pitch - atY / pitch;
    view.pitch = pitch;
    draw();
  }
  /** @param {number} seat */
  function reveal(seat) {
    const { x, y } = hall.at(seat);
    const [wide, high] = [plane.clientWidth / view.pitch, plane.clientHeight / view.pitch];
    if (view.pitch < SEAT_MIN) view.pitch = FIRST_PITCH;
    if (x < view.x + 1 || x > view.x + wide - 1) view.x = x - wide / 2;
    if (y < view.y + 1 || y > view.y + high - 1) view.y = y - high / 2;
    draw();
  }
  /** @param {number} block */
  function showBlock(block) {
    const { x, y, width } = hall.blocks[block];
    const isWide = plane.clientWidth >= width * 14;
    view.pitch = isWide ? Math.min(FIRST_PITCH, (plane.clientWidth - 84) / width) : FIRST_PITCH;
    view.x = x + width / 2 - plane.clientWidth / view.pitch / 2;
    view.y = y === 0 ? top() : y - 2.4;
    draw();
  }
  steer(plane, view, draw, zoom, (x, y) => {
    if (view.pitch < SEAT_MIN) return zoom(FIRST_PITCH / view.pitch, x, y);
    const seat = hall.near(view.x + x / view.pitch, view.y + y / view.pitch);
    if (seat === 0) return;
    shown.cursor = seat;
    to.pick(seat);
    draw();
  });
  plane.addEventListener('focus', () => {
    shown.isFocused = plane.matches(':focus-visible');
    if (shown.cursor === 0) shown.cursor = firstFree();
    if (shown.isFocused) to.tell(shown.cursor);
    draw();
  });
  plane.addEventListener('blur', () => { shown.isFocused = false; draw(); });
  const firstFree = () => Math.max(1, shown.states.indexOf(FREE, 1));
  plane.addEventListener('keydown', (event) => {
    const seat = shown.cursor || firstFree();
    const rowFirst = seat - ((seat - 1) % hall.perRow);
    const block = hall.block(seat);
    /** @type {Record<string, () => number>} */
    const moves = {
      ArrowLeft: () => step(hall, shown.states, seat, -1, 0), ArrowRight: () => step(hall, shown.states, seat, 1, 0),
      ArrowUp: () => step(hall, shown.states, seat, 0, -1), ArrowDown: () => step(hall, shown.states, seat, 0, 1),
      Home: () => rowFirst, End: () => Math.min(hall.total, rowFirst + hall.perRow - 1),
      PageUp: () => hall.blocks[Math.max(0, block - 1)].first, PageDown: () => hall.blocks[Math.min(hall.blocks.length - 1, block + 1)].first,
    };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '+' || event.key === '=') zoom(1.4);
    else if (event.key === '-') zoom(1 / 1.4);
    else if (event.key === 'Escape') to.leave();
    else if (event.key === 'Enter' || event.key === ' ') to.pick(seat);
    else if (moves[event.key]) {
      shown.cursor = moves[event.key]();
      shown.isFocused = true;
      reveal(shown.cursor);
      to.tell(shown.cursor);
    } else return;
    event.preventDefault();
    draw();
  });
  new ResizeObserver(draw).observe(plane);
  return {
    root, showBlock, reveal,
    /** @param {Uint8Array} states @param {Set<number>} lost */
    update(states, lost) {
      shown.states = states;
      shown.lost = lost;
      draw();
    },
    /** @param {number} seat */
    focus(seat) {
      shown.cursor = seat;
      plane.focus();
    },
  };
}

/**
 * One finger or the mouse moves, two fingers or the wheel zoom, a tap picks.
 * @param {HTMLElement} plane @param {View} view @param {() => void} draw
 * @param {(times: number, x: number, y: number) => void} zoom @param {(x: number, y: number) => void} tap
 */
function steer(plane, view, draw, zoom, tap) {
  /** @type {Map<number, {x: number, y: number}>} */
  const down = new Map();
  let moved = 0;
  const inside = (/** @type {{clientX: number, clientY: number}} */ at) => {
    const box = plane.getBoundingClientRect();
    return { x: at.clientX - box.left, y: at.clientY - box.top };
  };
  plane.addEventListener('pointerdown', (event) => {
    plane.setPointerCapture(event.pointerId);
    down.set(event.pointerId, inside(event));
    if (down.size === 1) moved = 0;
  });
  plane.addEventListener('pointermove', (event) => {
    const before = down.get(event.pointerId);
    if (!before) return;
    const at = inside(event);
    const other = [...down.entries()].find(([id]) => id !== event.pointerId)?.[1];
    const [dx, dy] = [at.x - before.x, at.y - before.y];
    moved += Math.abs(dx) + Math.abs(dy);
    down.set(event.pointerId, at);
    if (other) {
      const far = (/** @type {{x: number, y: number}} */ p) => Math.hypot(p.x - other.x, p.y - other.y) || 1;
      zoom(far(at) / far(before), (at.x + other.x) / 2, (at.y + other.y) / 2);
    } else if (moved > 6) {
      view.x -= dx / view.pitch;
      view.y -= dy / view.pitch;
      draw();
    }
  });
  const up = (/** @type {PointerEvent} */ event) => {
    const at = down.get(event.pointerId);
    down.delete(event.pointerId);
    if (at && moved <= 6 && event.type === 'pointerup') tap(at.x, at.y);
  };
  plane.addEventListener('pointerup', up);
  plane.addEventListener('pointercancel', up);
  plane.addEventListener('wheel', (event) => {
    event.preventDefault();
    const { x, y } = inside(event);
    zoom(Math.exp(-event.deltaY / 400), x, y);
  }, { passive: false });
}

const MARKS = {
  [FREE]: '<rect x="-.36" y="-.36" width=".72" height=".72" rx=".2" class="free"/>',
  [HELD]: '<rect x="-.33" y="-.33" width=".66" height=".66" rx=".18" class="held"/><path d="M-.17.17.17-.17" class="held"/>',
  2: '<rect x="-.13" y="-.13" width=".26" height=".26" rx=".07" class="sold"/>',
  [LOST]: '<rect x="-.33" y="-.33" width=".66" height=".66" rx=".18" class="held"/><path d="M-.17.17.17-.17" class="held"/><rect x="-.46" y="-.46" width=".92" height=".92" rx=".25" class="lost"/>',
  [MINE]: '<rect x="-.42" y="-.42" width=".84" height=".84" rx=".23" class="mine"/><path d="m-.2 0 .14.15L.2-.15" class="tick"/>',
};
/** @param {number} state */
const markOf = (state) => (state === 3 ? 2 : state);

/** A mark as it stands in a legend or a list. @param {number} state */
export function mark(state) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '-.5 -.5 1 1');
  svg.setAttribute('class', 'mark-seat');
  svg.setAttribute('aria-hidden', 'true');
  svg.innerHTML = MARKS[/** @type {0} */ (markOf(state))];
  return svg;
}

/** @param {import('./hall.js').Plan} hall @param {string} stage @returns {Painter} */
function elements(hall, stage) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('aria-hidden', 'true');
  svg.innerHTML = `<defs>${Object.entries(MARKS).map(([state, shape]) => `<g id="seat-${state}">${shape}</g>`).join('')}</defs><g>`
    + `<path class="stage" d="M${hall.width / 2 - 5}-1.7h10l-.7.8h-8.6z"/></g><text class="stage-name"></text>`;
  const group = /** @type {SVGGElement} */ (svg.querySelector('defs + g'));
  const name = /** @type {SVGTextElement} */ (svg.querySelector('.stage-name'));
  name.textContent = stage;
  /** @type {SVGUseElement[]} */
  const uses = [];
  for (let seat = 1; seat <= hall.total; seat += 1) {
    const { x, y } = hall.at(seat);
    const use = document.createElementNS(SVG, 'use');
    use.setAttribute('transform', `translate(${x.toFixed(2)} ${y.toFixed(2)})`);
    use.dataset.seat = String(seat);
    uses[seat] = use;
    group.append(use);
  }
  const labels = rowLabels(hall).map(({ text, x, y }) => {
    const label = document.createElementNS(SVG, 'text');
    label.textContent = text;
    label.setAttribute('class', 'row-name');
    svg.append(label);
    return { label, x, y };
  });
  const ring = document.createElementNS(SVG, 'rect');
  ring.setAttribute('class', 'ring');
  svg.append(ring);
  const drawn = new Int8Array(hall.total + 1).fill(-1);
  return {
    element: svg,
    draw(view, shown) {
      for (let seat = 1; seat <= hall.total; seat += 1) {
        const state = shown.lost.has(seat) ? LOST : markOf(shown.states[seat]);
        if (drawn[seat] !== state) {
          drawn[seat] = state;
          uses[seat].setAttribute('href', `#seat-${state}`);
          uses[seat].dataset.state = String(shown.states[seat]);
        }
      }
      const px = (/** @type {number} */ x) => (x - view.x) * view.pitch;
      const py = (/** @type {number} */ y) => (y - view.y) * view.pitch;
      group.setAttribute('transform', `scale(${view.pitch}) translate(${-view.x} ${-view.y})`);
      name.setAttribute('x', String(px(hall.width / 2)));
      name.setAttribute('y', String(py(STAGE_NAME_Y)));
      for (const { label, x, y } of labels) {
        label.setAttribute('x', String(px(x)));
        label.setAttribute('y', String(py(y) + 4));
      }
      ring.style.display = shown.isFocused && shown.cursor ? '' : 'none';
      if (shown.cursor) {
        const { x, y } = hall.at(shown.cursor);
        const half = 0.42 * view.pitch + 3;
        for (const [key, value] of Object.entries({ x: px(x) - half, y: py(y) - half, width: 2 * half, height: 2 * half, rx: half * 0.5 })) ring.setAttribute(key, String(value));
      }
    },
  };
}

/** Every fifth row is named by its first seat. @param {import('./hall.js').Plan} hall */
function rowLabels(hall) {
  const labels = [];
  for (const block of hall.blocks) {
    for (let seat = block.first, n = 0; seat <= block.last; seat += hall.perRow, n += 1) {
      if (n % 5 === 0) labels.push({ text: String(seat), x: block.x - 0.3, y: hall.at(seat).y });
    }
  }
  return labels;
}
