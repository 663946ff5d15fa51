/**
 * Commands, flags and arguments are an interface that scripts are written against: they may only grow. `surface.json`
 * is what was there; `npx vitest run test/cli/surface.test.ts -u` adds what is new.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { readManifest, type CommandSpec } from './manifest.ts';

interface FlagSurface {
  readonly type: string;
  readonly required?: true;
  readonly multiple?: true;
  readonly char?: string;
  readonly options?: readonly string[];
}

interface CommandSurface {
  readonly args: Readonly<Record<string, 'required' | 'optional'>>;
  readonly flags: Readonly<Record<string, FlagSurface>>;
}

type Surface = Readonly<Record<string, CommandSurface>>;

const file = join(import.meta.dirname, 'surface.json');
const current: Surface = Object.fromEntries(
  readManifest()
    .toSorted((left, right) => left.id.localeCompare(right.id))
    .map((command) => [command.id.replaceAll(':', ' '), toSurface(command)]),
);

function toSurface({ args, flags }: CommandSpec): CommandSurface {
  const sorted = Object.entries(flags).toSorted(([left], [right]) => left.localeCompare(right));
  return {
    // Their order is part of the interface.
    args: Object.fromEntries(
      Object.entries(args).map(([name, { required }]) => [name, required === true ? 'required' : 'optional']),
    ),
    flags: Object.fromEntries(
      sorted.map(([name, { type, required, multiple, char, options }]) => [
        name,
        {
          type,
          ...(required === true && { required }),
          ...(multiple === true && { multiple }),
          ...(char !== undefined && { char }),
          ...(options !== undefined && { options }),
        },
      ]),
    ),
  };
}

const recorded = JSON.parse(readFileSync(file, 'utf8')) as Surface;

it.each(Object.entries(recorded))('%s takes what it took', (name, before) => {
  const now = current[name];
  expect(now, `the command '${name}' was removed or renamed`).toBeDefined();

  const args = Object.keys(now!.args);
  expect(args.slice(0, Object.keys(before.args).length), 'arguments').toEqual(Object.keys(before.args));
  for (const arg of args) {
    if (now!.args[arg] === 'required') expect(before.args[arg], `${arg} must not become required`).toBe('required');
  }

  for (const [flag, { type, multiple, char, options }] of Object.entries(before.flags)) {
    const after = now!.flags[flag];
    expect(after, `--${flag} was removed or renamed`).toBeDefined();
    expect(after!.type, `type of --${flag}`).toBe(type);
    if (multiple) expect(after!.multiple, `--${flag} must stay repeatable`).toBe(true);
    if (char !== undefined) expect(after!.char, `short form of --${flag}`).toBe(char);
    if (options === undefined) expect(after!.options, `--${flag} took any value`).toBeUndefined();
    else if (after!.options) expect(after!.options, `--${flag}`).toEqual(expect.arrayContaining([...options]));
  }
  for (const [flag, { required }] of Object.entries(now!.flags)) {
    if (required) expect(before.flags[flag]?.required, `--${flag} must not be required of existing scripts`).toBe(true);
  }
});

it('everything is recorded', async () => {
  const formatted = await format(JSON.stringify(current), { ...(await resolveConfig(file)), parser: 'json' });
  await expect(formatted).toMatchFileSnapshot(file);
});
