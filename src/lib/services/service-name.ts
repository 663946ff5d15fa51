import { AppError } from '../core/errors.ts';
import { violatedConstraint } from '../db/database.ts';
import { toEmailLocalPart } from './service.ts';

export interface ServiceName {
  readonly name: string;
  /** The same as the part of an address before the `@`; unique, too. */
  readonly localPart: string;
}

/** @throws AppError USAGE_INVALID for what cannot be the name of a service, or of the sender of its emails */
export function readServiceName(text: string, what = 'the name of a service'): ServiceName {
  const name = text.trim();
  const localPart = toEmailLocalPart(name);
  if (name.length > 0 && name.length <= 255 && localPart !== '') return { name, localPart };
  throw new AppError(
    'USAGE_INVALID',
    `'${text}' cannot be ${what}: expected 1 to 255 characters with at least one letter or digit`,
  );
}

/** Gives the violation of a service's unique names its words (admin API sheet §4.1); null for any other error. */
export function describeTakenName(error: unknown, { name, localPart }: ServiceName): AppError | null {
  const constraint = violatedConstraint(error);
  if (constraint !== 'services_name_key' && constraint !== 'services_normalised_service_name_key') return null;
  return new AppError('CONFLICT', `Duplicate service name '${name}'`, {
    hint: `Another service has this name, or one that makes the same address, ${localPart}@….`,
    details: { name },
    cause: error,
  });
}

/** The name of an archived service, which frees the old one (data sheet §1.2): `_archived_2026-03-01-12:00:00_Parking`. */
export function archivedName(name: string, at: Date): string {
  const time = at.toISOString().slice(0, 19).replace('T', '-');
  return `_archived_${time}_${name}`.slice(0, 255);
}
