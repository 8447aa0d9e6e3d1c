// Runs an SDK's calls one by one: a line of JSON asks, a line of JSON answers. What stands before this text gives `sdk`,
// whose methods return promises, and `token`. The first line names the SDK and the paths of the card interface; it is
// answered with the SDK's version and the calls found by looking at the SDK's own text.

const lines = require('readline').createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const nextLine = async () => (await lines.next()).value;
const { prototype } = WeChatAPI;
// Whatever these have is about cards.
const WHOLE = ['api_card', 'api_js', 'api_poi'];
// It says where tickets are kept; it calls nothing.
const NO_CALLS = ['registerTicketHandle'];
const BASES = ['', '/', '/cgi-bin/'];

const methods = () =>
  Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor' && typeof prototype[name] === 'function');
// wechat-api keeps what a method does behind an underscore.
const inner = (name) => String(prototype[`_${name}`] || prototype[name]);
const source = (name) => String(prototype[name]) + inner(name);
// What no object shows: functions of a module, and the method they call.
const HIDDEN = { preRequestJSApi: 'getTicket', preRequestWxCardApi: 'getTicket' };

function said(name) {
  const texts = [...source(name).matchAll(/['"`]([^'"`]*)['"`]/g)].map((found) => found[1].split('?')[0]);
  return texts.flatMap((text) => BASES.map((base) => base + text.replace(/^https?:\/\/[^/]*/, '')));
}

function reached(name, seen = new Set()) {
  if (seen.has(name)) return [];
  seen.add(name);
  const used = [...source(name).matchAll(/\b(?:(?:this|that)\.)?(\w+)(?:\.call)?\(/g)].map((found) => HIDDEN[found[1]] || found[1]);
  const own = used.filter((one) => typeof prototype[one] === 'function');
  return [...said(name), ...own.flatMap((one) => reached(one, seen))];
}

function calls(module, paths) {
  const whole = WHOLE.flatMap((name) => Object.keys(require(`${module}/lib/${name}`)));
  const found = {};
  for (const name of methods().filter((one) => !one.startsWith('_') && !NO_CALLS.includes(one))) {
    const leads = [...new Set(reached(name))].filter((path) => paths.includes(path)).sort();
    if (leads.length || whole.includes(name)) found[name] = leads;
  }
  return found;
}

// Something for each argument; the last one is the callback where the SDK takes one.
function anything(name) {
  const text = inner(name);
  const wanted = text.slice(text.indexOf('(') + 1, text.indexOf(')')).split(',');
  return wanted.map((one) => one.trim()).filter((one) => one && one !== 'callback').map(() => '1');
}

// What an SDK is handed as it arrives: a picture in a form, from somewhere else.
function revived(value) {
  if (!value || !value.$form) return value;
  const form = require('formstream')();
  form.file('buffer', value.$form, 'logo.png', require('fs').statSync(value.$form).size);
  const { PassThrough } = require('stream');
  return Object.assign(form.pipe(new PassThrough()), { headers: form.headers() });
}

async function carryOut({ call, args }) {
  try {
    const value = await sdk[call](...(args ? args.map(revived) : anything(call)));
    return { value: value === undefined ? null : value };
  } catch (error) {
    return { error: { kinds: [error.name], code: error.code, message: error.message } };
  }
}

async function main() {
  const { module, paths } = JSON.parse(await nextLine());
  await token();
  let answer = { version: require(`${module}/package.json`).version, calls: calls(module, paths) };
  for (;;) {
    console.log(JSON.stringify(answer));
    const line = await nextLine();
    if (line === undefined) return;
    answer = await carryOut(JSON.parse(line));
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
