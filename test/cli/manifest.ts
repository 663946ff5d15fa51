/** What the built program says of its own commands. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface FlagSpec {
  readonly type: 'boolean' | 'option';
  readonly summary?: string;
  readonly description?: string;
  readonly helpValue?: string;
  readonly required?: boolean;
  readonly multiple?: boolean;
  readonly options?: readonly string[];
  readonly char?: string;
}

export interface ArgSpec {
  readonly required?: boolean;
  readonly description?: string;
  readonly options?: readonly string[];
}

export interface CommandSpec {
  readonly id: string;
  readonly summary?: string;
  readonly description?: string;
  readonly examples?: readonly string[];
  /** False when it takes any number of arguments. */
  readonly strict: boolean;
  readonly flags: Readonly<Record<string, FlagSpec>>;
  readonly args: Readonly<Record<string, ArgSpec>>;
}

export const projectRoot = join(import.meta.dirname, '..', '..');

/** The commands of the manifest, by id. */
export function readManifest(): readonly CommandSpec[] {
  const text = readFileSync(join(projectRoot, 'oclif.manifest.json'), 'utf8');
  return Object.values((JSON.parse(text) as { commands: Record<string, CommandSpec> }).commands);
}

/** `services:create` → `['services', 'create']`. */
export function commandWords({ id }: Pick<CommandSpec, 'id'>): string[] {
  return id.split(':');
}

/** A UUID that is nothing's id. */
export const anId = '018f2f6e-7c1a-7000-8000-000000000000';

/** Flags and arguments that make the parser content; nothing is done with them. */
export function requiredInput(command: CommandSpec, without: string | null = null): string[] {
  const args = Object.entries(command.args).filter(([name, { required }]) => required === true && name !== without);
  return [...args.map(([, arg]) => valueOfArg(arg)), ...requiredFlagInput(command, without)];
}

/** What an argument may be. */
export function valueOfArg({ options }: ArgSpec): string {
  return options?.[0] ?? anId;
}

export function requiredFlagInput({ flags }: CommandSpec, without: string | null = null): string[] {
  const given = Object.entries(flags).filter(([name, { required }]) => required === true && name !== without);
  return given.flatMap(([name, flag]) => [`--${name}`, flag.options?.[0] ?? someValue(flag)]);
}

function someValue(flag: FlagSpec): string {
  if (isUuidFlag(flag)) return anId;
  if (flag.helpValue === 'YYYY') return '2026';
  return flag.helpValue === 'YYYY-MM-DD' ? '2026-01-31' : 'x';
}

export function isUuidFlag({ helpValue }: FlagSpec): boolean {
  return helpValue === 'UUID';
}
