import type { ConfigKey } from '../../src/lib/config/key.ts';
import { flagName } from '../../src/lib/config/load.ts';
import { configSchema, type ConfigName } from '../../src/lib/config/schema.ts';
import { code, page, table } from './markdown.ts';

export function configPage(): string {
  const rows = (Object.keys(configSchema) as ConfigName[]).map((name) => {
    const key = configSchema[name] as ConfigKey<unknown>;
    const fallback = key.defaultText ?? (Array.isArray(key.default) ? 'none' : String(key.default));
    const variables = key.env.map(code).join(', ') + (key.secret ? `, ${code(`${key.env[0]}_FILE`)}` : '');
    return [code(name), variables, key.type, fallback, key.help];
  });
  return page(
    'Configuration',
    'Flags override the environment, which overrides `notify.config.json` in the working folder (or the file named by `--config-file` or `NOTIFY_CONFIG_FILE`). Secrets can be given as a file: the variable with `_FILE` holds its path. A wrong value stops every command with exit status 78 and names key, value and what was expected. `notify config show` prints what is in force.',
    table(['Key', 'Environment', 'Type', 'Default', 'Meaning'], rows),
    `A flag of \`serve\` sets the key of the same name, for example \`${flagName('adminPort')}\`.`,
  );
}
