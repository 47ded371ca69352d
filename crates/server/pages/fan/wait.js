// The waiting page: join, wait, be let in. What few need while they wait (leaving, how a place ended, the sound) and all
// that comes after it are modules of their own, loaded when they are needed. The functions of range.js stand before this.

/** @typedef {import('../types').House} House */
/** @typedef {import('../types').Place} Place */

/** @param {string} id @returns {HTMLElement} */
const node = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @type {import('../types').PageData} */
const data = JSON.parse(node('data').textContent || '');
data.concert.title = document.title;
const ask = new URLSearchParams(location.search);
const korean = data.lang === 'ko';
const room = ask.get('room') || data.room;

/** @param {string} key @param {import('../types').Values} [values] */
function say(key, values = {}) {
  return (data.words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
}
/** Writes a text only where it changes. @param {string} id @param {string} text */
function write(id, text) {
  if (node(id).textContent !== text) node(id).textContent = text;
}
/** @param {number} n */
const count = (n) => n.toLocaleString('en-US');

// Time: the server's clock, the venue's zone.

let ahead = 0;
const now = () => Date.now() + ahead;
/** @param {string | null} date The header `Date`: whole seconds, cut off. */
function learnTime(date) {
  const difference = date ? Date.parse(date) + 500 - Date.now() : ahead;
  if (Math.abs(difference - ahead) > 1000) ahead = difference;
}

// Who the fan is. With the server's mode `open` it is whoever one says.

/** @param {Storage} store @param {string} key @param {string} [value] */
function kept(store, key, value) {
  try {
    if (value !== undefined) store.setItem(key, value);
    return store.getItem(key);
  } catch {
    return null;
  }
}
const named = ask.get('as');
const user = (named && /^[\w.@-]{1,64}$/.test(named) && named) || kept(localStorage, 'usher.fan')
  || 'fan-' + Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) => byte.toString(36)).join('');
kept(localStorage, 'usher.fan', user);

// Talking to the server.

/** @type {House['ask']} */
async function send(method, path, body, headers = {}) {
  try {
    const answer = await fetch(path, {
      method, cache: 'no-store', headers: { 'Accept-Language': data.lang, ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers },
      body: body ? JSON.stringify(body) : undefined, signal: AbortSignal.timeout(20000),
    });
    learnTime(answer.headers.get('Date'));
    const text = await answer.text();
    const parsed = text ? JSON.parse(text) : null;
    return { status: answer.status, body: parsed, problem: answer.ok ? null : parsed || { code: 'internal' }, headers: answer.headers };
  } catch {
    return { status: 0, body: /** @type {any} */ (null), problem: { code: 'offline' }, headers: new Headers() };
  }
}
const own = `/api/waiting-queue-token/${encodeURIComponent(user)}`;
const inRoom = `?waitingQueueId=${encodeURIComponent(room)}`;

/** A module that is loaded when it is needed. @param {string} name @returns {Promise<any>} */
const load = (name) => import(`/pages/${name}.js`);

// What is on screen.

/** @param {string} id */
function show(id) {
  if (shown === id) return;
  shown = id;
  for (const section of ['join', 'wait', 'after']) node(section).hidden = section !== id;
  scrollTo(0, 0);
}
let shown = 'join';
const isWaiting = () => shown === 'wait' && !letIn;
let lastSaid = { ahead: -1, at: 0, outlook: '', paused: false };
/** @param {string} text @param {boolean} [urgent] */
function announce(text, urgent) {
  const said = node(urgent ? 'alert' : 'status');
  said.textContent = '';
  setTimeout(() => { said.textContent = text; }, 50);
}

/** Whether this browser has ever been in this line: who has not need not be told so. */
const joinedKey = `usher.joined.${room}.${user}`;

/** Codes with which a place is over, or was never there. */
const ENDS = ['not-in-line', 'left-line', 'pass-expired', 'pass-used', 'line-full', 'line-closed', 'room-not-found'];
/** Which of them an answer says, if any. @param {import('../types').Answer<unknown>} answer */
const endOf = (answer) => ENDS.find((code) => code === answer.problem?.code);
/** @param {string} code One of these. */
async function ended(code) {
  stop();
  letIn = false;
  const { tell } = await load('aside');
  node('top').hidden = false;
  show('after');
  tell(house, node('after'), code);
}

function offerJoin() {
  stop();
  document.title = data.concert.title;
  show('join');
}

async function join() {
  const button = node('join-do');
  const label = button.textContent ?? '';
  write('join-do', say('joining'));
  button.setAttribute('aria-busy', 'true');
  const answer = await send('POST', '/api/waiting-queue-token', { userId: user, waitingQueueId: room });
  write('join-do', label);
  button.removeAttribute('aria-busy');
  const end = endOf(answer);
  if (end) return ended(end);
  if (answer.problem) return announce(say('late'), true);
  kept(localStorage, joinedKey, 'yes');
  show('wait');
  take(/** @type {Place} */ (answer.body));
  if (isWaiting()) node('wait').focus();
}

// Waiting.

let timer = 0;
let ticking = 0;
let checkedAt = 0;
let nextAt = 0;
let failures = 0;
let high = 0;
/** @type {EventSource | null} */
let stream = null;
/** @type {Place | null} */
let last = null;
let letIn = false;

function stop() {
  clearTimeout(timer);
  clearInterval(ticking);
  ticking = 0;
  stream?.close();
  stream = null;
}
/** @param {number} ms */
function again(ms) {
  clearTimeout(timer);
  nextAt = Date.now() + ms;
  timer = setTimeout(poll, ms);
}
async function poll() {
  const slow = setTimeout(() => connection('late'), 4000);
  const answer = await send('GET', own + inRoom);
  clearTimeout(slow);
  if (!isWaiting()) return;
  if (answer.status === 200) return take(/** @type {Place} */ (answer.body));
  const end = endOf(answer);
  if (end) return ended(end);
  failures += 1;
  connection(failures > 1 ? 'lost' : 'late');
  again(answer.problem?.retryAfterMs ?? Math.min(2000 * 2 ** failures, 30000) * (0.8 + 0.4 * Math.random()));
}
/** Near the front the server says every change itself. */
function follow() {
  if (stream || !('EventSource' in window)) return;
  const opened = new EventSource(`${own}/events${inRoom}`);
  stream = opened;
  opened.addEventListener('place', (event) => take(JSON.parse(event.data)));
  opened.onerror = () => {
    opened.close();
    if (stream !== opened) return;
    stream = null;
    nearest = 0;
    if (isWaiting()) again(1000);
  };
}
/** Streams are opened up to this place; 0 once one has failed. */
let nearest = 1000;

/** @param {Place} place */
function take(place) {
  if (letIn) return;
  failures = 0;
  checkedAt = Date.now();
  last = place;
  if (place.status === 'PROCESSING') return turn(place);
  draw(place);
  connection(stream ? 'live' : 'ok');
  if (ticking === 0) ticking = setInterval(tick, 1000);
  if ((place.position ?? 0) < nearest) follow();
  if (stream) clearTimeout(timer);
  else again(place.pollAfterMs ?? 5000);
}

/** Where this place began, remembered for when the page is opened again. @param {Place} place */
function beginning(place) {
  const key = `usher.${room}.${user}.${place.number}`;
  const known = Number(kept(localStorage, key));
  if (known >= (place.position ?? 0) && known > 0) return known;
  kept(localStorage, key, String(place.position ?? 0));
  return place.position ?? 0;
}

/** @param {Place} place */
function draw(place) {
  const before = place.position ?? 0;
  const from = beginning(place);
  const isOver = place.outlook === 'sold-out';
  const isNear = place.etaSeconds !== null && place.etaSeconds < 120 && !place.paused;
  show('wait');
  node('wait').className = `${isOver ? 'over' : ''} ${place.paused ? 'paused' : ''}`;
  const short = say('aheadShort', { n: count(before) });
  for (const id of ['big', 'pair', 'outlook', 'kept', 'sound-box']) node(id).hidden = isOver;
  for (const id of ['gone', 'gone-lead', 'return']) node(id).hidden = !isOver;
  node('ahead-label').hidden = isOver || before === 0;
  write('ahead-label', before === 0 ? '' : say('ahead'));
  node('big').classList.toggle('next', before === 0);
  node('big').classList.toggle('long', before >= 1e6);
  write('ahead', before === 0 ? say('next') : count(before));
  node('big').lastElementChild?.toggleAttribute('hidden', before === 0);
  node('line').style.setProperty('--p', String(from > 0 ? 1 - before / from : 1));
  node('line').setAttribute('aria-label', say('startedShort', { n: count(from) }) + '. ' + short);
  const joined = Date.parse(place.joinedAt);
  write('start', isOver ? say('startedShort', { n: count(from) }) : say('started', { time: clock(joined), n: count(from) }));
  write('door', isOver ? short : say('door'));
  drawTime(place, isOver);
  node('paused').hidden = !place.paused;
  write('message', place.message ?? '');
  node('message').hidden = !place.message;
  drawOutlook(place);
  const kind = isNear ? 'near' : 'kept';
  write('kept-title', say(kind + 'Title'));
  write('kept-text', say(kind + 'Text', { n: data.passMinutes }));
  write('joined', clock(joined, true));
  write('number', korean ? `${count(place.number)}번` : count(place.number));
  document.title = `${isOver ? node('gone').textContent : before === 0 ? say('next') : short} · ${data.concert.title}`;
  speak(place, before, short);
}

/** @param {Place} place @param {boolean} isOver */
function drawTime(place, isOver) {
  const eta = place.etaSeconds;
  node('pair').hidden = isOver || place.paused;
  node('pair').classList.toggle('guess', eta === null);
  const said = eta === null ? { left: say('unknown'), until: '–', high: 0 } : range(eta);
  write('left', said.left);
  write('clock', said.until);
  const end = said.high && now() / 60000 + said.high;
  node('slower').hidden = isOver || place.paused || !(high > 0 && end > high + Math.max(2, said.high / 4));
  if (high === 0 || end < high) high = end;
  const perSecond = eta ? (place.position ?? 0) / eta : 0;
  const isKnown = perSecond > 0 && !place.paused;
  node('flow').hidden = node('flow-label').hidden = !isKnown;
  write('flow', say('flowPeople', { n: perSecond >= 10 ? Math.round(perSecond) : perSecond.toFixed(1) }));
}
/** @param {Place} place */
function drawOutlook(place) {
  const kind = place.outlook === 'unlikely' ? 'warn' : 'ok';
  node('outlook').className = `fact ${kind}`;
  node('outlook-mark').className = `mark ${kind}`;
  write('outlook-title', say(kind + 'Title'));
  write('outlook-text', say(kind + 'Text'));
}

/** For those who listen: people ahead at most every 15 s or by a tenth; outlook and pause at once. @param {Place} place @param {number} before @param {string} short */
function speak(place, before, short) {
  const isNews = place.outlook !== lastSaid.outlook || place.paused !== lastSaid.paused;
  const isFewer = before < lastSaid.ahead && (Date.now() - lastSaid.at > 15000 || before < lastSaid.ahead * 0.9);
  if (lastSaid.ahead >= 0 && !isNews && !isFewer) return;
  const outlook = { enough: '', unlikely: say('warnTitle'), 'sold-out': node('gone').textContent }[place.outlook];
  const parts = [before === 0 ? say('next') : short, place.paused && node('paused-title').textContent, outlook];
  announce(parts.filter(Boolean).join('. '));
  lastSaid = { ahead: before, at: Date.now(), outlook: place.outlook, paused: place.paused };
}

let state = '';
/** @param {'ok' | 'live' | 'late' | 'lost'} how */
function connection(how) {
  if (how === 'lost' && state !== 'lost') announce(node('offline-title').textContent ?? '');
  state = how;
  node('wait').classList.toggle('lost', how === 'lost');
  node('connection').hidden = how === 'lost';
  node('connection').className = how;
  node('offline').hidden = how !== 'lost';
  tick();
}
function tick() {
  const since = Math.round((Date.now() - checkedAt) / 1000);
  const until = Math.max(0, Math.round((nextAt - Date.now()) / 1000));
  if (state === 'lost') return write('again', say('again', { n: until }));
  const key = state === 'late' ? 'late' : state === 'live' ? 'live' : 'connected';
  write('connected', say(key, { n: since }));
}

// The turn.

/** @type {(() => void) | null} */
let ring = null;
/** The sound must be allowed by the same press that asks for it. */
async function switchSound() {
  const isOn = /** @type {HTMLInputElement} */ (node('sound')).checked;
  ring = isOn ? (await load('sound')).bell() : null;
}
/** @param {Place} place */
async function turn(place) {
  const waited = isWaiting();
  stop();
  letIn = true;
  document.title = `▶ ${say('turnTitle')} · ${data.concert.title}`;
  if (waited) {
    ring?.();
    announce(say('turnTitle'), true);
  }
  await shop({ token: place.tokenValue, validUntil: place.validUntil });
}
/** @param {import('../types').Pass | null} pass @param {string} [at] Where to begin. */
async function shop(pass, at) {
  const { open } = await load('shop');
  show('after');
  node('top').hidden = true;
  await open(house, node('after'), pass, at);
}
/** @type {House} */
const house = {
  data, performances: [], room, user, say, count, clock, now, ask: send, announce, stop, join, ended,
  place: () => send('GET', own + inRoom),
  leave: () => send('DELETE', own + inRoom),
  rejoin: () => { letIn = false; node('top').hidden = false; join(); },
};

// Beginning.

async function begin() {
  ask.set('lang', korean ? 'en' : 'ko');
  /** @type {HTMLAnchorElement} */ (node('language')).href = '?' + ask;
  write('me', say('youAre', { user }));
  /** @type {HTMLElement} */ (node('me').parentElement).hidden = false;
  listen();
  if (!kept(localStorage, joinedKey)) return offerJoin();
  show('');
  const answer = await house.place();
  if (answer.status === 200) return take(answer.body);
  if (answer.problem?.code === 'pass-used') return shop(null, 'bookings');
  const end = endOf(answer);
  if (end && end !== 'not-in-line') return ended(end);
  offerJoin();
}
function listen() {
  node('join-form').onsubmit = (event) => { event.preventDefault(); join(); };
  node('sound').onchange = switchSound;
  node('check').onclick = () => { clearTimeout(timer); poll(); };
  node('leave').onclick = async () => (await load('aside')).ask(house, node('leave'));
  node('who').onclick = async () => (await load('aside')).rename(house, node('who'));
  node('why').onclick = async () => last && (await load('aside')).explain(house, node('why'), last);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && !stream && isWaiting() && Date.now() - checkedAt > 2000) poll();
  });
}
begin();
