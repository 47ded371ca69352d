// The waiting page: join, wait, be let in. Everything after that is in /pages/shop.js.

/** @typedef {import('../types').House} House */
/** @typedef {import('../types').Place} Place */
/** @typedef {import('../types').Problem} Problem */

/** @param {string} id @returns {HTMLElement} */
const node = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @type {import('../types').PageData} */
const data = JSON.parse(node('data').textContent || '');
const ask = new URLSearchParams(location.search);
const korean = data.lang === 'ko';
const room = ask.get('room') || data.performances[0]?.waitingQueueId || 'main';

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
/** @param {number | Date} at @param {boolean} [seconds] */
function hours(at, seconds) {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: data.zone, hour: 'numeric', minute: '2-digit', second: seconds ? '2-digit' : undefined, hour12: true,
  }).formatToParts(at);
  const half = parts.find((part) => part.type === 'dayPeriod')?.value === 'PM';
  const time = parts.filter((part) => part.type !== 'dayPeriod').map((part) => part.value).join('').trim();
  return { half: korean ? (half ? '오후' : '오전') : (half ? 'PM' : 'AM'), time };
}
/** @param {number | Date} at @param {boolean} [seconds] */
function clock(at, seconds) {
  const { half, time } = hours(at, seconds);
  return korean ? `${half}\u00a0${time}` : `${time}\u00a0${half}`;
}
/** @param {number} from @param {number} to */
function clocks(from, to) {
  const [a, b] = [hours(from), hours(to)];
  if (a.half !== b.half) return clock(from) + say('to') + clock(to);
  if (a.time === b.time) return clock(from);
  const both = a.time + say('to') + b.time;
  return korean ? `${a.half}\u00a0${both}` : `${both}\u00a0${a.half}`;
}
/** @param {string} at @param {boolean} [long] */
function day(at, long) {
  const date = new Date(at);
  const words = korean ? 'ko-KR' : 'en-GB';
  /** @param {Intl.DateTimeFormatOptions} options */
  const part = (options) => new Intl.DateTimeFormat(words, { timeZone: data.zone, ...options }).format(date);
  const month = part({ month: korean ? 'long' : 'short' });
  const monthDay = korean ? `${month}\u00a0${part({ day: 'numeric' })}` : `${part({ day: 'numeric' })}\u00a0${month}`;
  const week = part({ weekday: 'short' });
  const year = part({ year: 'numeric' });
  const zone = data.zone === 'Asia/Seoul' ? 'KST' : data.zone;
  if (korean) return `${long ? year + '\u00a0' : ''}${monthDay} (${week}) ${clock(date)}`;
  return long ? `${week} ${monthDay} ${year}, ${clock(date)} (${zone})` : `${week} ${monthDay}, ${clock(date)}`;
}

/** How long and until when, as a range: 0.85 to 1.25 of the estimate. @param {number} eta Seconds. */
function range(eta) {
  /** @param {number} minutes */
  const step = (minutes) => (minutes <= 10 ? 1 : minutes <= 60 ? 5 : 10);
  const [exactLow, exactHigh] = [(eta * 0.85) / 60, (eta * 1.25) / 60];
  const low = Math.round(exactLow / step(exactLow)) * step(exactLow);
  const high = Math.ceil(exactHigh / step(exactHigh)) * step(exactHigh);
  const unit = (high <= 10 ? 1 : 5) * 60000;
  const whole = (/** @type {number} */ minutes) => Math.floor((now() + minutes * 60000) / unit) * unit;
  const until = clocks(whole(low), whole(high));
  if (exactHigh <= 1) return { left: say('soon'), until, high };
  if (low > 180) return { left: say('long'), until: clock(now() + low * 60000), high };
  /** @param {number} minutes */
  const words = (minutes) => {
    const h = Math.floor(minutes / 60);
    const m = minutes % 60;
    if (h === 0) return say('min', { n: m });
    return m === 0 ? say('hours', { h }) : say('hoursMin', { h, m });
  };
  if (low === high) return { left: words(high), until, high };
  const left = high < 60 ? say('min', { n: low + say('to') + high }) : words(low) + say('to') + words(high);
  return { left, until, high };
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

/** @param {string} fan */
function become(fan) {
  kept(localStorage, 'usher.fan', fan);
  ask.set('as', fan);
  location.search = String(ask);
}

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

// What is on screen.

/** @param {string} id */
function show(id) {
  for (const section of ['join', 'wait', 'said', 'shop']) node(section).hidden = section !== id;
  scrollTo(0, 0);
}
let lastSaid = { ahead: -1, at: 0, outlook: '', paused: false };
/** @param {string} text @param {boolean} [urgent] */
function announce(text, urgent) {
  const said = node(urgent ? 'alert' : 'status');
  said.textContent = '';
  setTimeout(() => { said.textContent = text; }, 50);
}

/** @param {string} title @param {string} text @param {string} button @param {() => void} then */
function tell(title, text, button, then) {
  stop();
  document.title = `${say(title)} · ${data.concert.title}`;
  write('said-title', say(title));
  write('said-text', text && say(text));
  write('said-do', say(button));
  node('said-do').onclick = then;
  show('said');
  node('said-title').focus();
}

/** Whether this browser has ever been in this line: who has not need not be told so. */
const joinedKey = `usher.joined.${room}.${user}`;

/** Why somebody is not in line, as the server says it. @type {Record<string, [string, string, string]>} */
const ends = {
  'not-in-line': ['saidNotIn', '', 'join'], 'left-line': ['saidLeft', '', 'joinAgain'],
  'pass-expired': ['saidEnded', 'saidEndedText', 'joinAgain'], 'pass-used': ['saidUsed', 'saidUsedText', 'joinAgain'],
  'line-full': ['saidFull', 'saidFullText', 'joinAgain'], 'line-closed': ['saidClosed', 'saidClosedText', 'tryAgain'],
  'room-not-found': ['saidNoRoom', '', 'tryAgain'],
};
/** @param {string} code */
function ended(code) {
  const [title, text, button] = ends[code] ?? ends['not-in-line'];
  tell(title, text, button, join);
}

function offerJoin() {
  stop();
  document.title = data.concert.title;
  const opens = data.opensAt || Math.min(...data.performances.map((performance) => Date.parse(performance.saleOpensAt)));
  const isBefore = data.performances.length > 0 && opens > now();
  write('join-lead', data.performances.length === 0 ? say('noDates') : isBefore ? say('joinBefore', { time: clock(opens) }) : say('joinLead'));
  node('join-dates').replaceChildren(...data.performances.map((performance, n) => {
    const item = document.createElement('li');
    const line = (/** @type {string} */ tag, /** @type {string} */ text) => {
      const part = document.createElement(tag);
      part.textContent = text;
      item.append(part);
    };
    line('b', day(performance.concertDate));
    line('span', money(performance.price));
    const free = data.free[n];
    line('span', free === 0 ? say('soldOut') : say('seatsFree', { free: count(free), total: count(performance.maxSeats) }));
    return item;
  }));
  node('join-do').hidden = data.performances.length === 0;
  show('join');
}
/** @param {number} amount */
const money = (amount) => (korean ? `${count(amount)}원` : `₩${count(amount)}`);

async function join() {
  node('join-do').textContent = say('joining');
  node('join-do').setAttribute('aria-busy', 'true');
  const answer = await send('POST', '/api/waiting-queue-token', { userId: user, waitingQueueId: room });
  node('join-do').textContent = say('join');
  node('join-do').removeAttribute('aria-busy');
  if (answer.status === 201) kept(localStorage, joinedKey, 'yes');
  if (answer.problem && ends[answer.problem.code]) return ended(answer.problem.code);
  if (answer.problem) return tell('late', '', 'tryAgain', join);
  show('wait');
  node('ahead-label').tabIndex = -1;
  take(/** @type {Place} */ (answer.body));
  if (!node('wait').hidden) node('ahead-label').focus();
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
  if (letIn || node('wait').hidden) return;
  if (answer.status === 200) return take(/** @type {Place} */ (answer.body));
  if (answer.problem && ends[answer.problem.code]) return ended(answer.problem.code);
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
    if (!letIn && !node('wait').hidden) again(1000);
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
  node('wait').className = [isOver && 'over', place.paused && 'paused', before === 0 && 'first'].filter(Boolean).join(' ');
  for (const id of ['big', 'ahead-label', 'pair', 'outlook', 'kept', 'sound-box']) node(id).hidden = isOver;
  for (const id of ['gone', 'gone-lead', 'return']) node(id).hidden = !isOver;
  node('ahead-label').hidden = isOver;
  write('ahead-label', before === 0 ? '' : say('ahead'));
  node('big').classList.toggle('next', before === 0);
  node('big').classList.toggle('long', before >= 1e6);
  write('ahead', before === 0 ? say('next') : count(before));
  node('big').lastElementChild?.toggleAttribute('hidden', before === 0);
  const text = isOver ? say('aheadShort', { n: count(before) }) : say('door');
  node('line').style.setProperty('--p', String(from > 0 ? 1 - before / from : 1));
  node('line').setAttribute('aria-label', say('startedShort', { n: count(from) }) + '. ' + say('aheadShort', { n: count(before) }));
  const joined = Date.parse(place.joinedAt);
  write('start', isOver ? say('startedShort', { n: count(from) }) : say('started', { time: clock(joined), n: count(from) }));
  write('door', text);
  drawTime(place, isOver);
  node('paused').hidden = !place.paused;
  write('message', place.message ?? '');
  node('message').hidden = !place.message;
  drawOutlook(place);
  write('kept-title', say(isNear ? 'nearTitle' : 'keptTitle'));
  write('kept-text', say(isNear ? 'nearText' : 'keptText', { n: data.passMinutes }));
  write('joined', clock(joined, true));
  write('number', korean ? `${count(place.number)}번` : count(place.number));
  write('why-text', say('whyText', { time: clock(joined, true), number: count(place.number) }));
  document.title = `${isOver ? say('soldOutTitle') : before === 0 ? say('next') : say('aheadShort', { n: count(before) })} · ${data.concert.title}`;
  speak(place, before);
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
  const isUnlikely = place.outlook === 'unlikely';
  node('outlook').className = isUnlikely ? 'fact warn' : 'fact';
  node('outlook-mark').className = isUnlikely ? 'mark warn' : 'mark ok';
  write('outlook-title', say(isUnlikely ? 'unlikelyTitle' : 'enoughTitle'));
  write('outlook-text', say(isUnlikely ? 'unlikelyText' : 'enoughText'));
}

/** For those who listen: people ahead at most every 15 s or by a tenth; outlook and pause at once. @param {Place} place @param {number} before */
function speak(place, before) {
  const isNews = place.outlook !== lastSaid.outlook || place.paused !== lastSaid.paused;
  const isFewer = before < lastSaid.ahead && (Date.now() - lastSaid.at > 15000 || before < lastSaid.ahead * 0.9);
  if (lastSaid.ahead >= 0 && !isNews && !isFewer) return;
  const outlook = { enough: '', unlikely: say('unlikelyTitle'), 'sold-out': say('soldOutTitle') }[place.outlook];
  const parts = [before === 0 ? say('next') : say('aheadShort', { n: count(before) }), place.paused ? say('pausedTitle') : '', outlook];
  announce(parts.filter(Boolean).join('. '));
  lastSaid = { ahead: before, at: Date.now(), outlook: place.outlook, paused: place.paused };
}

let state = '';
/** @param {'ok' | 'live' | 'late' | 'lost'} how */
function connection(how) {
  if (how === 'lost' && state !== 'lost') announce(say('offlineTitle'));
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
  const key = state === 'late' ? 'late' : state === 'live' ? 'live' : until > 9 ? 'connectedNext' : 'connected';
  write('connected', say(key, { n: since, m: until }));
}

// The turn.

/** @type {AudioContext | null} */
let audio = null;
function ring() {
  if (!audio || node('sound').getAttribute('aria-checked') !== 'true') return;
  for (const [n, pitch] of [659, 880, 659, 880].entries()) {
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    const at = audio.currentTime + n * 0.28;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.25, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.26);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.27);
  }
}
/** @param {Place} place */
async function turn(place) {
  const waited = !node('wait').hidden;
  stop();
  letIn = true;
  document.title = `▶ ${say('turnTitle')} · ${data.concert.title}`;
  if (waited) {
    ring();
    announce(say('turnTitle'), true);
  }
  await shop({ token: place.tokenValue, validUntil: place.validUntil });
}
/** @param {import('../types').Pass | null} pass @param {string} [at] Where to begin. */
async function shop(pass, at) {
  const { open } = await import(/** @type {any} */ ('/pages/shop.js'));
  show('shop');
  node('top').hidden = true;
  await open(house, node('shop'), pass, at);
}
/** @type {House} */
const house = {
  data, room, user, say, count, clock, day, now, ask: send, announce,
  place: () => send('GET', own + inRoom),
  rejoin: () => { letIn = false; node('top').hidden = false; join(); },
  ended: (code) => { letIn = false; node('top').hidden = false; ended(code); },
};

// Beginning.

async function begin() {
  for (const part of document.querySelectorAll('[data-w]')) {
    part.textContent = say(/** @type {HTMLElement} */ (part).dataset.w ?? '', { n: data.passMinutes });
  }
  const days = data.performances.map((performance) => day(performance.concertDate).replace(/,? [^ ]*$/, ''));
  write('dates', [...new Set(days)].slice(0, 3).join(', '));
  ask.set('lang', korean ? 'en' : 'ko');
  /** @type {HTMLAnchorElement} */ (node('language')).href = '?' + ask;
  ask.set('lang', data.lang);
  write('me', say('youAre', { user }));
  (/** @type {HTMLElement} */ (node('me').parentElement)).hidden = data.mode !== 'open';
  listen();
  if (!kept(localStorage, joinedKey)) return offerJoin();
  const answer = await send('GET', own + inRoom);
  if (answer.status === 200) return take(/** @type {Place} */ (answer.body));
  if (answer.problem?.code === 'pass-used') return shop(null, 'bookings');
  if (answer.problem?.code === 'not-in-line' || answer.status === 0) return offerJoin();
  if (answer.problem && ends[answer.problem.code]) return ended(answer.problem.code);
  offerJoin();
}
function listen() {
  node('join-do').onclick = join;
  node('me-change').onclick = () => { node('me-form').hidden = false; node('me-id').focus(); };
  node('me-form').onsubmit = (event) => { event.preventDefault(); become(/** @type {HTMLInputElement} */ (node('me-id')).value); };
  node('sound').onclick = () => {
    const isOn = node('sound').getAttribute('aria-checked') !== 'true';
    node('sound').setAttribute('aria-checked', String(isOn));
    if (isOn) { audio ??= new AudioContext(); audio.resume(); }
  };
  node('check').onclick = () => { clearTimeout(timer); poll(); };
  node('leave').onclick = () => { node('ask').hidden = false; node('leave').hidden = true; node('stay').focus(); };
  node('stay').onclick = () => { node('ask').hidden = true; node('leave').hidden = false; node('leave').focus(); };
  node('leave-do').onclick = async () => {
    stop();
    await send('DELETE', own + inRoom);
    node('stay').click();
    ended('left-line');
  };
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && last && !stream && !letIn && !node('wait').hidden && Date.now() - checkedAt > 2000) poll();
  });
}
begin();
