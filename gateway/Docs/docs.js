'use strict';
// Draws the documents of all services. Text only ever enters the page as text, so nothing that a document or an answer says can
// become markup.

const me = { token: '', athlete: '', friend: '', activity: '', challenge: '', club: '', segment: '' };
const byId = id => document.getElementById(id);

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

function pretty(value) {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

// The phone makes the ids of its activities: UUIDv7, time first.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let now = Date.now();
  for (let i = 5; i >= 0; i--, now = Math.floor(now / 256)) bytes[i] = now % 256;
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

async function askForToken(athlete) {
  const answer = await fetch('/dev/token', {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ athlete, country: 'SI' }),
  });
  if (!answer.ok) throw new Error(`no development token (${answer.status}): paste one of your issuer's`);
  return answer.json();
}

async function signIn() {
  const athlete = byId('athlete').value.trim() || 'docs';
  try {
    const mine = await askForToken(athlete);
    // Somebody to be friends with.
    me.friend = (await askForToken(`${athlete}'s friend`)).athleteId;
    [me.token, me.athlete] = [mine.accessToken, mine.athleteId];
    byId('token').value = me.token;
    byId('who').textContent = `signed in as ${athlete}, ${me.athlete}`;
  } catch (problem) {
    byId('who').textContent = problem.message;
  }
}

function resolve(root, node) {
  return node && node.$ref ? resolve(root, node.$ref.slice(2).split('/').reduce((at, key) => at[key], root)) : node;
}

// A schema as a line of words: `string(date-time) | null`, `Sport`, `PointDto[]`.
function words(schema) {
  if (!schema) return '';
  if (schema.$ref) return schema.$ref.split('/').pop();
  if (schema.oneOf) return schema.oneOf.map(words).join(' | ');
  if (schema.enum) return schema.enum.map(word => JSON.stringify(word)).join(' | ');
  const types = [schema.type ?? 'any'].flat().map(type =>
    type === 'array' ? `${words(schema.items)}[]` : type === 'string' && schema.format ? `string(${schema.format})` : type);
  const range = schema.minimum !== undefined ? ` ${schema.minimum} to ${schema.maximum}` : '';
  return types.sort((a, b) => (a === 'null') - (b === 'null')).join(' | ') + range;
}

function members(schema) {
  const rows = Object.entries(schema.properties ?? {}).map(([name, member]) => make('tr', {},
    make('td', {}, make('code', { textContent: name + (schema.required?.includes(name) ? ' *' : '') })),
    make('td', {}, make('code', { textContent: words(member) })),
    make('td', { textContent: member.description ?? '' })));
  const rest = schema.additionalProperties === false ? 'An unknown member is refused.' : null;
  return make('div', {},
    make('p', { textContent: [schema.description, rest].filter(Boolean).join(' ') }),
    rows.length ? make('table', {}, ...rows) : make('p', {}, make('code', { textContent: words(schema) })));
}

function startValue(parameter, method, path) {
  if (parameter.name === 'id' && path.startsWith('/challenges/')) return me.challenge;
  if (parameter.name === 'id' && path.startsWith('/clubs/')) return me.club;
  if (parameter.name === 'id' && path.startsWith('/segments/')) return me.segment;
  if (parameter.name === 'id') return method === 'put' && path.endsWith('/recording') ? newId() : me.activity;
  if (parameter.name === 'athleteId') return me.friend;
  const words = parameter.schema?.enum;
  return parameter.schema?.default ?? (parameter.required && words ? words[0] : '');
}

function bodyOf(mediaType, text) {
  if (mediaType !== 'multipart/form-data') return { body: text, headers: { 'Content-Type': mediaType } };
  const form = new FormData();
  for (const [name, value] of Object.entries(JSON.parse(text))) {
    if (name === 'file') form.append(name, new Blob([value]), 'recording.gpx');
    else form.append(name, value);
  }
  return { body: form, headers: {} };
}

async function send(method, path, inputs, mediaType, text) {
  const query = new URLSearchParams();
  const headers = {};
  let address = path;
  for (const [parameter, input] of inputs) {
    if (parameter.in === 'path') address = address.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (input.value === '') continue;
    else if (parameter.in === 'header') headers[parameter.name] = input.value;
    else query.set(parameter.name, input.value);
  }
  if (query.size) address += `?${query}`;
  if (me.token) headers.Authorization = `Bearer ${me.token}`;
  const sent = text === null ? { headers: {} } : bodyOf(mediaType, text);
  const answer = await fetch(address, { method: method.toUpperCase(), body: sent.body, headers: { ...headers, ...sent.headers } });
  return { address, answer, text: await answer.text() };
}

function show(result, { address, answer, text }) {
  const told = ['etag', 'location', 'link', 'retry-after'].filter(name => answer.headers.has(name))
    .map(name => `${name}: ${answer.headers.get(name)}`);
  let shown = text;
  try {
    const json = JSON.parse(text);
    // What was made is what the next request will be about.
    const made = [json].flat()[0];
    if (made?.isMember !== undefined) me.club = made.id;
    if (made?.stateLog || made?.athleteId && made?.startedAt) me.activity = made.id;
    if (made?.metric) me.challenge = made.id;
    if (json.polyline && json.madeBy) me.segment = json.id;
    shown = pretty(json);
  } catch { /* a file, or nothing */ }
  result.className = answer.ok ? '' : 'failed';
  result.textContent = [`${answer.status} ${address}`, ...told, '', shown].join('\n');
}

function tryIt(root, method, path, operation) {
  const inputs = (operation.parameters ?? []).map(parameter => [parameter, make('input', { name: parameter.name })]);
  const [mediaType, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [null, null];
  const examples = Object.entries(content?.examples ?? {});
  const body = content && make('textarea', { spellcheck: false, value: pretty(examples[0]?.[1].value ?? {}) });
  const choice = examples.length > 1 && make('select', {}, ...examples.map(([name]) => make('option', { textContent: name })));
  if (choice) choice.onchange = () => { body.value = pretty(examples[choice.selectedIndex][1].value); };
  const result = make('pre', { hidden: true });
  const button = make('button', { type: 'button', textContent: 'Try it' });
  const fill = () => inputs.forEach(([parameter, input]) => {
    // What somebody typed stays.
    if (!input.dataset.typed) input.value = startValue(parameter, method, path);
  });
  inputs.forEach(([, input]) => { input.oninput = () => { input.dataset.typed = 'yes'; }; });
  button.onclick = async () => {
    button.disabled = true;
    try {
      if (!me.token && operation.security?.length) await signIn();
      fill();
      result.hidden = false;
      show(result, await send(method, path, inputs, mediaType, body ? body.value : null));
    } catch (problem) {
      result.textContent = problem.message;
    } finally {
      button.disabled = false;
    }
  };
  fill();
  const rows = inputs.map(([parameter, input]) => make('tr', {},
    make('td', {}, make('code', { textContent: parameter.name + (parameter.required ? ' *' : '') })),
    make('td', { textContent: parameter.in }), make('td', {}, input),
    make('td', { textContent: [words(parameter.schema), parameter.description].filter(Boolean).join(': ') })));
  return make('div', {},
    rows.length ? make('table', {}, ...rows) : null,
    body && make('div', {},
      make('details', {}, make('summary', { textContent: `Body: ${mediaType}, ${words(content.schema)}` }), members(resolve(root, content.schema))),
      choice || null, body),
    button, result);
}

function drawOperation(root, method, path, operation) {
  const isOpen = !operation.security?.length;
  const answers = Object.entries(operation.responses).map(([status, answer]) => {
    const response = resolve(root, answer);
    const schema = Object.values(response.content ?? {})[0]?.schema;
    return make('tr', {}, make('td', { textContent: status }), make('td', { textContent: response.description }),
      make('td', {}, make('code', { textContent: words(schema) })));
  });
  const whole = make('details', { id: operation.operationId ?? '' }, make('summary', {},
    make('span', { className: 'method', textContent: method.toUpperCase() }), make('span', { className: 'path', textContent: path }),
    ` ${operation.summary ?? ''} `, isOpen ? make('span', { className: 'open', textContent: '(no token needed)' }) : null));
  whole.ontoggle = () => {
    // Drawn when it is opened first: by then there may be an activity and a friend to fill in.
    if (!whole.open || whole.children.length > 1) return;
    whole.append(make('p', { textContent: operation.description ?? '' }), tryIt(root, method, path, operation),
      make('h3', { textContent: 'Answers' }), make('table', {}, ...answers));
  };
  return whole;
}

function drawService({ name, url }, root) {
  const operations = Object.entries(root.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => drawOperation(root, method, path, operation)));
  const schemas = Object.entries(root.components?.schemas ?? {}).map(([title, schema]) =>
    make('details', {}, make('summary', {}, make('code', { textContent: title })), members(schema)));
  return make('section', { id: name },
    make('h2', { textContent: name }),
    make('p', {}, `${root.info.description ?? ''} `, make('a', { href: url, textContent: 'OpenAPI document' })),
    ...(operations.length ? operations : [make('p', { textContent: 'No routes yet.' })]),
    make('h3', { textContent: 'Schemas (* = required)' }), ...schemas);
}

async function start() {
  const documents = await (await fetch('/docs/documents')).json();
  const sections = await Promise.all(documents.map(async one => {
    try {
      const answer = await fetch(one.url);
      if (!answer.ok) throw new Error(`its document is not there: ${answer.status}`);
      return drawService(one, await answer.json());
    } catch (problem) {
      return make('section', { id: one.name }, make('h2', { textContent: one.name }), make('p', { className: 'failed', textContent: problem.message }));
    }
  }));
  byId('contents').replaceChildren(...documents.map(({ name }) => make('a', { href: `#${name}`, textContent: name })));
  byId('services').replaceChildren(...sections);
}

byId('sign-in').onsubmit = event => { event.preventDefault(); signIn(); };
byId('token').onchange = event => { me.token = event.target.value.trim(); };
start();
