import { fileURLToPath } from 'node:url';
import { Plugin, type Command } from '@oclif/core';
import { code, page, table } from './markdown.ts';

const globalFlags = ['json', 'state-dir', 'config-file', 'log-level', 'no-input'];

/** Every command with its flags, read from the sources. */
export async function cliPage(): Promise<string> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const pjson = (await import('../../package.json', { with: { type: 'json' } })).default;
  const plugin = new Plugin({
    root,
    type: 'core',
    ignoreManifest: true,
    pjson: { ...pjson, oclif: { ...pjson.oclif, commands: './src/commands' } },
  } as never);
  await plugin.load();
  const commands = [...plugin.commands].sort((left, right) => left.id.localeCompare(right.id));
  return page(
    'Commands',
    'Every command takes `--json` (one document on standard output: `{"status", "result", "warnings"}`), `--state-dir`, `--config-file`, `--log-level` and `--no-input`. Results go to standard output, everything else to standard error.',
    ...commands.map(describe),
  );
}

function describe({ id, summary = '', description = '', examples = [], args, flags }: Command.Loadable): string {
  const name = `notify ${id.replaceAll(':', ' ')}`;
  const usage = [
    name,
    ...Object.values(args).map(({ name: arg, required }) => (required ? arg.toUpperCase() : `[${arg.toUpperCase()}]`)),
  ].join(' ');
  const own = Object.values(flags).filter(({ name: flag }) => !globalFlags.includes(flag));
  const rows = own
    .sort((left, right) => left.name.localeCompare(right.name))
    .map((flag) => {
      const value = flag.type === 'option' ? ` ${String(flag.helpValue ?? (flag.options?.join('|') || 'VALUE'))}` : '';
      const marks = [
        flag.required ? 'required' : '',
        flag.type === 'option' && flag.default !== undefined ? `default ${String(flag.default)}` : '',
      ];
      const text = [flag.summary ?? flag.description ?? '', ...marks.filter(Boolean).map((mark) => `(${mark})`)].join(
        ' ',
      );
      return [code(`--${flag.name}${value}`), text];
    });
  const shown = examples.map((example) =>
    (typeof example === 'string' ? example : example.command).replaceAll('<%= config.bin %>', 'notify'),
  );
  return [
    `## ${code(usage)}`,
    [summary, description].filter(Boolean).join('\n\n'),
    ...(rows.length > 0 ? [table(['Flag', 'Meaning'], rows)] : []),
    ...(shown.length > 0 ? ['```sh', ...shown, '```'].join('\n').split('\n\n') : []),
  ].join('\n\n');
}
