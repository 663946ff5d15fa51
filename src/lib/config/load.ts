import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { AppError, messageOf } from '../core/errors.ts';
import { unreadableText } from '../core/file-error.ts';
import { parseJsonWithoutQuoting } from '../core/json.ts';
import type { ConfigKey, ConfigSource } from './key.ts';
import { configSchema, defaultStateDir, type Config, type ConfigName } from './schema.ts';

export interface LoadConfigInput {
  /** Values from flags, as text; they win over everything. */
  flags?: Partial<Record<ConfigName, string>>;
  environment?: Readonly<Record<string, string | undefined>>;
  /** Path of the configuration file; without it `notify.config.json` in the working folder is read when it exists. */
  file?: string;
}

/** The configuration and where each value came from. */
export interface LoadedConfig {
  readonly config: Config;
  readonly sources: Readonly<Record<ConfigName, { source: ConfigSource; name: string }>>;
}

const names = Object.keys(configSchema) as ConfigName[];

/**
 * Reads the configuration: flags, then environment, then the configuration file, then defaults.
 *
 * @throws AppError CONFIG_INVALID naming key, value (hidden for secrets) and expectation; all problems at once
 */
export function loadConfig(input: LoadConfigInput = {}): LoadedConfig {
  const environment = input.environment ?? process.env;
  const problems: string[] = [];
  const fromFile = readConfigFile(input.file ?? environment['NOTIFY_CONFIG_FILE'], problems);
  const values: Partial<Record<ConfigName, unknown>> = {};
  const sources: Partial<Record<ConfigName, { source: ConfigSource; name: string }>> = {};

  for (const name of names) {
    const key = configSchema[name] as ConfigKey<unknown>;
    const found = findText(name, key, input.flags ?? {}, environment, fromFile, problems);
    if (found === null) {
      values[name] = name === 'stateDir' ? defaultStateDir(environment) : key.default;
      sources[name] = { source: 'default', name };
      continue;
    }
    sources[name] = { source: found.source, name: found.name };
    try {
      values[name] = key.parse(found.text);
    } catch (error) {
      const shown = key.secret ? '(hidden)' : `'${found.text}'`;
      problems.push(`${found.name} is ${shown}: ${messageOf(error)}`);
    }
  }

  if (problems.length > 0) {
    throw new AppError('CONFIG_INVALID', problems.join('\n'), {
      hint: '`notify config show` lists every key with its type; docs/generated/config.md explains them.',
      details: { problems },
    });
  }
  return { config: values as Config, sources: sources as LoadedConfig['sources'] };
}

interface Found {
  text: string;
  source: ConfigSource;
  name: string;
}

function findText(
  name: ConfigName,
  key: ConfigKey<unknown>,
  flags: Partial<Record<ConfigName, string>>,
  environment: Readonly<Record<string, string | undefined>>,
  file: Record<string, unknown>,
  problems: string[],
): Found | null {
  const flag = flags[name];
  if (flag !== undefined) return { text: flag, source: 'flag', name: flagName(name) };
  for (const variable of key.env) {
    const value = environment[variable];
    // An empty variable is how shells and compose files say "not set".
    if (value !== undefined && value !== '') return { text: value, source: 'environment', name: variable };
    const path = key.secret ? environment[`${variable}_FILE`] : undefined;
    if (path !== undefined && path !== '') {
      try {
        return { text: readFileSync(path, 'utf8').trim(), source: 'secret file', name: `${variable}_FILE` };
      } catch (error) {
        problems.push(unreadableText(`${variable}_FILE`, path, error));
        return null;
      }
    }
  }
  const value = file[name];
  if (value === undefined || value === null) return null;
  return { text: typeof value === 'string' ? value : JSON.stringify(value), source: 'config file', name };
}

function readConfigFile(explicitPath: string | undefined, problems: string[]): Record<string, unknown> {
  const path = resolve(explicitPath || 'notify.config.json');
  if (!explicitPath && !existsSync(path)) return {};
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    problems.push(unreadableText('The configuration file (--config-file, NOTIFY_CONFIG_FILE)', path, error));
    return {};
  }
  try {
    const content = parseJsonWithoutQuoting(text);
    if (typeof content !== 'object' || content === null || Array.isArray(content))
      throw new Error('it is not a JSON object');
    for (const name of Object.keys(content)) {
      if (!Object.hasOwn(configSchema, name))
        problems.push(`${path}: unknown key '${name}'; known keys: ${names.join(', ')}`);
    }
    return content as Record<string, unknown>;
  } catch (error) {
    problems.push(`The configuration file ${path} cannot be used: ${messageOf(error)}`);
    return {};
  }
}

/** `databaseUrl` → `--database-url`. */
export function flagName(name: ConfigName): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
