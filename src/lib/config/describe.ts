import type { ConfigKey } from './key.ts';
import type { LoadedConfig } from './load.ts';
import { configSchema, type ConfigName } from './schema.ts';

/** A row of `notify config show`. */
export interface ConfigRow {
  key: string;
  value: string;
  source: string;
  type: string;
  env: string;
  help: string;
}

/** Every key with its value and source; secrets read `(hidden)`. */
export function describeConfig({ config, sources }: LoadedConfig): ConfigRow[] {
  return (Object.keys(configSchema) as ConfigName[]).map((name) => {
    const key = configSchema[name] as ConfigKey<unknown>;
    const { source, name: sourceName } = sources[name];
    return {
      key: name,
      value: showValue(key, config[name], source === 'default'),
      source: source === 'default' ? source : `${source} ${sourceName}`,
      type: key.type,
      env: key.env[0],
      help: key.help,
    };
  });
}

function showValue(key: ConfigKey<unknown>, value: unknown, isDefault: boolean): string {
  if (isDefault && key.defaultText !== undefined && (value === null || key.secret)) return `(${key.defaultText})`;
  if (key.secret) return '(hidden)';
  if (value === null) return 'off';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
