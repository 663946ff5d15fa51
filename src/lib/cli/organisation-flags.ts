import { Flags } from '@oclif/core';
import { AppError } from '../core/errors.ts';
import { organisationTypes } from '../organisations/organisation.ts';
import { uuidArg } from './flags.ts';

export const organisationArg = uuidArg({ description: 'id of the organisation', required: true });

/** What `organisations create` and `organisations update` say of an organisation. */
export const organisationFlags = {
  type: Flags.option({
    options: organisationTypes,
    char: 't',
    summary: 'Its type, which says what is free of charge.',
  })(),
  crown: Flags.string({
    summary: 'Whether it belongs to the Crown.',
    options: ['yes', 'no', 'unknown'],
    helpValue: 'yes|no|unknown',
  }),
  notes: Flags.string({ summary: 'What people should know of it; empty for nothing.', helpValue: 'TEXT' }),
};

export const domainFlag = {
  summary: 'What its email addresses end with, such as example.gov.uk, repeatable.',
  helpValue: 'DOMAIN',
  multiple: true,
  multipleNonGreedy: true,
} as const;

/** The value of `--crown`; undefined where it is left out. */
export function readCrown(crown: string | undefined): boolean | null | undefined {
  if (crown === undefined) return undefined;
  return crown === 'unknown' ? null : crown === 'yes';
}

/** @throws AppError USAGE_INVALID for a domain that is both to be added and removed */
export function domainsAfter(
  before: readonly string[],
  { added = [], removed = [] }: { added?: readonly string[] | undefined; removed?: readonly string[] | undefined },
): string[] {
  const fold = (domains: readonly string[]): string[] => domains.map((domain) => domain.trim().toLowerCase());
  const gone = new Set(fold(removed));
  const both = fold(added).find((domain) => gone.has(domain));
  if (both !== undefined) {
    throw new AppError('USAGE_INVALID', `'${both}' is both to be added and to be removed: expected one of them`);
  }
  return [...before.filter((domain) => !gone.has(domain)), ...added];
}
