// A hall as numbers: where a seat stands, which are side by side, which is next. Without a layout seats stand in rows by
// number, in blocks of some rows.

/** States as the server sends them; `MINE` is ours alone. */
export const FREE = 0;
export const HELD = 1;
export const SOLD = 2;
export const MINE = 4;

const AISLE = 1.2;
const GAP = 5;

/** @typedef {{ first: number, last: number, x: number, y: number, width: number, height: number }} Block */
/** @typedef {{ total: number, perRow: number, blocks: Block[], width: number, height: number, at(seat: number): {x: number, y: number}, block(seat: number): number, near(x: number, y: number): number }} Plan */

/** @param {number} total @returns {Plan} */
export function plan(total) {
  const perRow = total <= 100 ? 10 : total <= 600 ? 20 : 50;
  const aisles = perRow < 20 ? [] : [Math.round(perRow / 4), perRow - Math.round(perRow / 4)];
  const rows = perRow < 50 ? 30 : 20;
  const inBlock = perRow * rows;
  const count = Math.ceil(total / inBlock);
  const width = perRow + aisles.length * AISLE;
  const columns = Math.max(1, Math.ceil(Math.sqrt((count * (rows + GAP)) / (width + GAP))));
  const bend = width / 18;
  /** @type {Block[]} */
  const blocks = [];
  for (let n = 0; n < count; n += 1) {
    const first = n * inBlock + 1;
    const last = Math.min(total, first + inBlock - 1);
    blocks.push({
      first, last, width, height: Math.ceil((last - first + 1) / perRow) + bend,
      x: (n % columns) * (width + GAP), y: Math.floor(n / columns) * (rows + bend + GAP),
    });
  }
  const block = (/** @type {number} */ seat) => Math.floor((seat - 1) / inBlock);
  const at = (/** @type {number} */ seat) => {
    const { first, x, y } = blocks[block(seat)];
    const column = (seat - first) % perRow;
    const across = column + aisles.filter((aisle) => column >= aisle).length * AISLE + 0.5;
    const off = (across - width / 2) / (width / 2);
    return { x: x + across, y: y + Math.floor((seat - first) / perRow) + 0.5 + bend * (1 - off * off) };
  };
  const near = (/** @type {number} */ x, /** @type {number} */ y) => {
    const in_ = blocks.find((b) => x >= b.x && x <= b.x + b.width && y >= b.y && y <= b.y + b.height);
    if (!in_) return 0;
    for (let seat = in_.first; seat <= in_.last; seat += 1) {
      const place = at(seat);
      if (Math.abs(place.x - x) <= 0.5 && Math.abs(place.y - y) <= 0.5) return seat;
    }
    return 0;
  };
  const last = blocks[blocks.length - 1];
  return { total, perRow, blocks, at, block, near, width: Math.min(count, columns) * (width + GAP) - GAP, height: last.y + (count > columns ? blocks[0].height : last.height) };
}

/** Two bits a seat, as endpoint 7 sends them, made one byte a seat. @param {Uint8Array} bytes @param {number} total */
export function unpack(bytes, total) {
  const states = new Uint8Array(total + 1);
  for (let seat = 1; seat <= total; seat += 1) states[seat] = (bytes[(seat - 1) >> 2] >> (2 * ((seat - 1) & 3))) & 3;
  return states;
}

/** @param {Uint8Array} states @param {number} from @param {number} to */
export function countFree(states, from, to) {
  let free = 0;
  for (let seat = from; seat <= to; seat += 1) if (states[seat] === FREE) free += 1;
  return free;
}

/**
 * The run of free seats side by side that is nearest to a seat; empty if there is none.
 * @param {Plan} hall @param {Uint8Array} states @param {number} wanted @param {number} seat @returns {number[]}
 */
export function run(hall, states, wanted, seat) {
  const from = hall.at(Math.min(Math.max(seat, 1), hall.total));
  let best = 0;
  let least = Infinity;
  let length = 0;
  for (let n = 1; n <= hall.total; n += 1) {
    if ((n - 1) % hall.perRow === 0) length = 0;
    length = states[n] === FREE ? length + 1 : 0;
    if (length < wanted) continue;
    const middle = hall.at(n - (wanted - 1) / 2 > n - wanted ? n - Math.floor((wanted - 1) / 2) : n);
    const far = Math.abs(middle.x - from.x) + 1.5 * Math.abs(middle.y - from.y);
    if (far < least) [best, least] = [n, far];
  }
  return best === 0 ? [] : Array.from({ length: wanted }, (_, n) => best - wanted + 1 + n);
}

/**
 * Where an arrow key leads: the nearest seat that way, past those that are sold.
 * @param {Plan} hall @param {Uint8Array} states @param {number} seat @param {number} right @param {number} down
 */
export function step(hall, states, seat, right, down) {
  const from = hall.at(seat);
  let best = seat;
  let least = Infinity;
  for (let n = 1; n <= hall.total; n += 1) {
    if (states[n] >= SOLD && states[n] !== MINE) continue;
    const to = hall.at(n);
    const ahead = (to.x - from.x) * right + (to.y - from.y) * down;
    const aside = Math.abs((to.x - from.x) * down) + Math.abs((to.y - from.y) * right);
    if (n === seat || ahead < 0.5 || (right !== 0 && aside > 0.9 + ahead / 8)) continue;
    const cost = ahead + 2 * aside;
    if (cost < least) [best, least] = [n, cost];
  }
  return best;
}
