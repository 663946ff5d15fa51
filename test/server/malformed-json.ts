import type { Random } from './random.ts';

/** JSON text that `JSON.stringify` would not write. */
class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const nested = (depth: number, open = '[', close = ']'): Raw => new Raw(open.repeat(depth) + close.repeat(depth));

/** Each is a value for any member. */
const oddValues: readonly unknown[] = [
  null,
  true,
  false,
  '',
  ' ',
  0,
  -1,
  1.5,
  [],
  {},
  [null],
  [[[]]],
  { a: null },
  { file: 'aGk=' },
  { file: null },
  { file: 5, filename: 'x', is_csv: 'maybe', retention_period: -1, other: {} },
  ['a', 1, null, { b: [] }],
  { __proto__: null, toString: 1, constructor: {}, length: -1 },
  'a\0b',
  '\0',
  '\ud800',
  'x\udfffy',
  '\udc00\ud800',
  '\u2028\u2029\ufeff\u200b\u202e',
  '🦄'.repeat(500),
  'x'.repeat(100_000),
  '(('.repeat(2000),
  '((a))'.repeat(500),
  '))(('.repeat(500),
  '٠١٢٣٤٥٦٧٨٩',
  '０７９００９００１２３',
  "'; DROP TABLE notifications; --",
  '$1 $2 %s %n \\u0000 ${7*7} {{7*7}}',
  '<script>alert(1)</script>',
  '../../../../etc/passwd',
  'javascript:alert(1)',
  'https://',
  'https://[::1',
  'https://exa mple.com/%zz',
  'a@b',
  '"@"@example.com',
  `${'a'.repeat(310)}@example.com`,
  'a@xn--a.com',
  '+',
  '+44',
  '0'.repeat(1000),
  '999999999999999999999',
  '2026-02-30T25:61:61Z',
  '+275760-09-13',
  new Raw('1e400'),
  new Raw('-1e400'),
  new Raw('1e-400'),
  new Raw('-0'),
  new Raw('9'.repeat(400)),
  new Raw(`0.${'1'.repeat(5000)}`),
  new Raw('1E+5'),
  new Raw('12345678901234567890'),
  new Raw('NaN'),
  new Raw('Infinity'),
  new Raw('-Infinity'),
  new Raw('undefined'),
  new Raw('01'),
  new Raw('1.'),
  new Raw('.5'),
  new Raw('+1'),
  new Raw('0x10'),
  new Raw("'single'"),
  new Raw('"\\x41"'),
  new Raw('"\\u12"'),
  new Raw('"\\ud800"'),
  new Raw('"\\u0000"'),
  new Raw('"tab\there"'),
  new Raw('"line\nbreak"'),
  new Raw('{"a":1,"a":2,"a":[]}'),
  new Raw('{"__proto__":{"polluted":true}}'),
  new Raw('{"constructor":{"prototype":{"polluted":true}}}'),
  new Raw('{"a":1,}'),
  new Raw('[1,]'),
  new Raw('/* comment */ 1'),
  nested(50),
  nested(97),
  nested(101),
  nested(10_000),
  nested(60, '{"a":', '}'),
  nested(5000, '[{"a":', '}]'),
  new Raw('['.repeat(20_000)),
  new Raw(`{${Array.from({ length: 2000 }, (_, n) => `"k${n}":${n}`).join(',')}}`),
  new Raw(`[${'1,'.repeat(20_000)}1]`),
];

const oddNames: readonly string[] = [
  '',
  ' ',
  'zzz',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'template_id ',
  'Template_Id',
  'content',
  'postage',
  'scheduled_for',
  'to',
  'template',
  'a\0b',
  '\ud800',
  'é',
  'x'.repeat(5000),
  '0',
  '-1',
];

/** Whole bodies that are wrong from the first byte, or hardly a body. */
const oddBodies: readonly (string | Buffer)[] = [
  '',
  ' ',
  '\n',
  '{',
  '}',
  '[]',
  '[1]',
  'null',
  'true',
  'false',
  '0',
  '-0.0',
  '1',
  '""',
  '"text"',
  'NaN',
  '{}{}',
  '{} x',
  "{'a': 1}",
  '{a: 1}',
  '{"a" 1}',
  '\ufeff{}',
  'a=1&b=2',
  '<xml/>',
  '--boundary\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--boundary--',
  '\0',
  Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
  Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
  Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0x00]),
  '{"a":'.repeat(1000),
  '"'.repeat(999),
  '\\'.repeat(999),
];

/** A body made from a good one. */
export function malformedBody(random: Random, body: unknown): string | Buffer {
  const kind = random.integer(10);
  if (kind === 0 || typeof body !== 'object' || body === null) return random.pick(oddBodies);
  const members = Object.entries(body);
  const changes = 1 + random.integer(3);
  for (let n = 0; n < changes; n += 1) changeMember(random, members);
  const text = write(members);
  if (kind === 1) return damage(random, text);
  return text;
}

function changeMember(random: Random, members: [string, unknown][]): void {
  const at = random.integer(members.length + 1);
  const chosen = members[at];
  const kind = random.integer(5);
  if (chosen === undefined || kind === 0) members.splice(at, 0, [random.pick(oddNames), random.pick(oddValues)]);
  else if (kind === 1) members.splice(at, 1);
  // Twice the same name: the last one counts.
  else if (kind === 2) members.push([chosen[0], random.pick(oddValues)]);
  else if (typeof chosen[1] === 'object' && chosen[1] !== null && !(chosen[1] instanceof Raw))
    chosen[1] = { ...chosen[1], [random.pick(['name', ...oddNames])]: random.pick(oddValues) };
  else chosen[1] = random.pick(oddValues);
}

function damage(random: Random, text: string): string | Buffer {
  const at = random.integer(text.length);
  const kind = random.integer(4);
  if (kind === 0) return text.slice(0, at);
  if (kind === 1)
    return text.slice(0, at) + random.pick(['"', '{', ']', ',', '\\', '\0', '\u0001', '\ud83e']) + text.slice(at);
  const bytes = Buffer.from(text);
  bytes[random.integer(bytes.length)] = random.integer(256);
  return kind === 2 ? bytes : Buffer.concat([bytes, Buffer.from([random.integer(256)])]);
}

function write(members: readonly (readonly [string, unknown])[]): string {
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${writeValue(value)}`).join(',')}}`;
}

function writeValue(value: unknown): string {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(writeValue).join(',')}]`;
  if (typeof value === 'object' && value !== null) return write(Object.entries(value));
  return JSON.stringify(value);
}
