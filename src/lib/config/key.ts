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

export function text<Value extends string | null>(options: KeyOptions<Value>): ConfigKey<Value> {
  return key('text', options, (value) => {
    if (value === '') throw expected('a text that is not empty');
    return value as NonNullable<Value>;
  });
}

export function integer<Value extends number | null>(
  options: KeyOptions<Value> & { min: number; max: number; unit?: string },
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
export function port<Value extends number | null>(options: KeyOptions<Value> & { off?: boolean }): ConfigKey<Value> {
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

export function url<Value extends string | null>(
  options: KeyOptions<Value> & { protocols: readonly string[] },
): ConfigKey<Value> {
  return key('URL', options, (value) => {
    const parsed = URL.parse(value);
    if (parsed === null || !options.protocols.includes(parsed.protocol.slice(0, -1))) {
      throw expected(`a URL beginning with ${options.protocols.map((name) => `${name}://`).join(' or ')}`);
    }
    return value as NonNullable<Value>;
  });
}

/** A URL without a path: no trailing slash is kept. */
export function origin(options: KeyOptions<string | null>): ConfigKey<string | null> {
  return key('URL', options, (value) => {
    const parsed = URL.parse(value);
    if (parsed === null || !['http:', 'https:'].includes(parsed.protocol) || parsed.search || parsed.hash) {
      throw expected('a URL beginning with http:// or https://, without query');
    }
    return value.replace(/\/+$/, '');
  });
}

export function absolutePath(options: KeyOptions<string>): ConfigKey<string> {
  return key('absolute path', options, (value) => {
    if (!isAbsolute(value)) throw expected('an absolute path');
    return value;
  });
}

export function list(options: KeyOptions<readonly string[]>): ConfigKey<readonly string[]> {
  return key('comma-separated list', options, (value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
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
