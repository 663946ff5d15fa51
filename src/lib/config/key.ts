import { parseUuid } from '../core/ids.ts';
import { isAllowedHost } from '../net/destination-rules.ts';
import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';

/** Where a value came from, in order of precedence. */
export type ConfigSource = 'flag' | 'environment' | 'secret file' | 'config file' | 'default';

/** One configuration key. `parse` throws a plain Error whose message says what was expected. */
export interface ConfigKey<Value> {
  readonly type: string;
  readonly default: Value;
  /** How the default reads in the reference page when the value itself would mislead. */
  readonly defaultText?: string;
  /** Environment variables that set the key; the first is the documented one. */
  readonly env: readonly [string, ...string[]];
  readonly help: string;
  /** Never shown, and may be given as a file with the suffix `_FILE`. */
  readonly secret: boolean;
  readonly parse: (text: string) => Value;
}

interface KeyOptions<Value> {
  env: readonly [string, ...string[]];
  default: Value;
  defaultText?: string;
  help: string;
  secret?: boolean;
}

function key<Value>(
  type: string,
  options: KeyOptions<Value>,
  parse: (text: string) => NonNullable<Value>,
): ConfigKey<Value> {
  return { secret: false, ...options, type, parse };
}

function expected(what: string): Error {
  return new Error(`expected ${what}`);
}

export function text<Value extends string | null = string>(options: KeyOptions<NoInfer<Value>>): ConfigKey<Value> {
  return key('text', options, (value) => {
    if (value === '') throw expected('a text that is not empty');
    return value as NonNullable<Value>;
  });
}

export function integer<Value extends number | null = number>(
  options: KeyOptions<NoInfer<Value>> & { min: number; max: number; unit?: string },
): ConfigKey<Value> {
  const { min, max, unit } = options;
  const range = `a whole number from ${min} to ${max}${unit ? ` (${unit})` : ''}`;
  return key(`integer${unit ? ` (${unit})` : ''}`, options, (value) => {
    const number = Number(value);
    if (!/^-?\d+$/.test(value) || number < min || number > max) throw expected(range);
    return number as NonNullable<Value>;
  });
}

/** A TCP port; 0 asks the system for a free one. With `off`, the listener can be switched off (null). */
export function port<Value extends number | null = number>(
  options: KeyOptions<NoInfer<Value>> & { off?: boolean },
): ConfigKey<Value> {
  return key(options.off ? 'port or off' : 'port', options, (value) => {
    if (options.off && value === 'off') return null as unknown as NonNullable<Value>;
    if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) {
      throw expected(`a port from 0 to 65535${options.off ? " or 'off'" : ''}`);
    }
    return Number(value) as NonNullable<Value>;
  });
}

export function oneOf<const Choice extends string>(
  options: KeyOptions<Choice> & { choices: readonly Choice[] },
): ConfigKey<Choice> {
  return key(options.choices.join(' | '), options, (value) => {
    const choice = options.choices.find((candidate) => candidate === value);
    if (choice === undefined) throw expected(`one of ${options.choices.join(', ')}`);
    return choice;
  });
}

export function url<Value extends string | null = string>(
  options: KeyOptions<NoInfer<Value>> & { protocols: readonly string[] },
): ConfigKey<Value> {
  return key('URL', options, (value) => {
    const parsed = URL.parse(value);
    if (parsed === null || !options.protocols.includes(parsed.protocol.slice(0, -1))) {
      throw expected(`a URL beginning with ${options.protocols.map((name) => `${name}://`).join(' or ')}`);
    }
    // Parsing passes over blanks at the ends; drivers do not.
    return value.trim() as NonNullable<Value>;
  });
}

/** A URL that links are made from: it may have a path, and no trailing slash is kept. */
export function baseUrl<Value extends string | null = string | null>(
  options: KeyOptions<NoInfer<Value>>,
): ConfigKey<Value> {
  return key('URL', options, (value) => {
    const parsed = URL.parse(value);
    if (
      parsed === null ||
      !/^https?:$/.test(parsed.protocol) ||
      parsed.username ||
      parsed.password ||
      /[?#]/.test(value)
    )
      throw expected('a URL beginning with http:// or https://, without user and query');
    return `${parsed.origin}${parsed.pathname}`.replace(/\/+$/, '') as NonNullable<Value>;
  });
}

export function absolutePath<Value extends string | null = string>(
  options: KeyOptions<NoInfer<Value>>,
): ConfigKey<Value> {
  return key('absolute path', options, (value) => {
    if (!isAbsolute(value)) throw expected('an absolute path');
    return value as NonNullable<Value>;
  });
}

/** Addresses, CIDR ranges, or words for ranges. In the configuration file the list may also be a JSON array. */
export function addressList(options: KeyOptions<readonly string[]>): ConfigKey<readonly string[]> {
  return key('comma-separated list', options, (value) => {
    const items = splitList(value);
    if (!items.every(isAddressRange)) throw expected('IP addresses or CIDR ranges, separated by commas');
    return items;
  });
}

/** Names of hosts and addresses, both with or without a port, and CIDR ranges, between commas or in a JSON array. */
export function hostList(options: KeyOptions<readonly string[]>): ConfigKey<readonly string[]> {
  return key('comma-separated list', options, (value) => {
    const items = splitList(value);
    if (!items.every(isAllowedHost)) {
      throw expected('host names, host:port, IP addresses or CIDR ranges, separated by commas');
    }
    return items;
  });
}

/** Ids between commas, or in a JSON array. */
export function idList(options: KeyOptions<readonly string[]>): ConfigKey<readonly string[]> {
  return key('comma-separated ids', options, (value) => {
    const ids = splitList(value).map(parseUuid);
    if (ids.includes(null)) throw expected('ids (UUIDs), separated by commas');
    return ids as string[];
  });
}

/** Words between commas, or in a JSON array. */
export function wordList(options: KeyOptions<readonly string[]>): ConfigKey<readonly string[]> {
  return key('comma-separated list', options, splitList);
}

function splitList(value: string): string[] {
  const text = value.startsWith('[') && value.endsWith(']') ? value.slice(1, -1).replaceAll('"', '') : value;
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

const rangeNames = ['loopback', 'linklocal', 'uniquelocal'];

function isAddressRange(text: string): boolean {
  if (rangeNames.includes(text)) return true;
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = isIP(address) === 4 ? 32 : 128;
  return (
    isIP(address) !== 0 &&
    rest.length === 0 &&
    (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= bits))
  );
}

/** JSON text, checked by `read`, which throws an Error saying what was expected. */
export function json<Value>(
  options: KeyOptions<Value> & { shape: string; read: (value: unknown) => NonNullable<Value> },
): ConfigKey<Value> {
  return key(`JSON: ${options.shape}`, options, (value) => {
    let parsed: unknown;
    try {
      parsed = JSON.parse(value);
    } catch {
      throw expected(`JSON, ${options.shape}`);
    }
    return options.read(parsed);
  });
}

/** Any type of its own, with its own parser. */
export function custom<Value>(
  type: string,
  options: KeyOptions<Value> & { read: (text: string) => NonNullable<Value> },
): ConfigKey<Value> {
  return key(type, options, options.read);
}
