import { AppError } from '../core/errors.ts';

/** What a service may do (data sheet §1.1). */
export const servicePermissions = [
  'email',
  'sms',
  'letter',
  'international_sms',
  'inbound_sms',
  'email_auth',
  'edit_folder_permissions',
  'international_letters',
  'sms_to_uk_landlines',
  'broadcast',
  'upload_letters',
  'upload_document',
  'schedule_notifications',
] as const;

export type ServicePermission = (typeof servicePermissions)[number];

/** @throws AppError VALIDATION_FAILED for what is no permission, or is there twice (admin API sheet §4.1) */
export function readServicePermissions(names: readonly string[]): ServicePermission[] {
  const unknown = names.find((name) => !(servicePermissions as readonly string[]).includes(name));
  if (unknown !== undefined) throw new AppError('VALIDATION_FAILED', `Invalid Service Permission: '${unknown}'`);
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  if (repeated.length > 0) {
    const list = [...new Set(repeated)].map((name) => `'${name}'`).join(', ');
    throw new AppError('VALIDATION_FAILED', `Duplicate Service Permission: [${list}]`);
  }
  return names as ServicePermission[];
}

/** Given to every new service. */
export const newServicePermissions: readonly ServicePermission[] = [
  'sms',
  'email',
  'letter',
  'international_sms',
  'international_letters',
];

export interface Service {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  /** Trial mode: only team members and the guest list may receive messages. */
  readonly restricted: boolean;
  readonly researchMode: boolean;
  readonly prefixSms: boolean;
  readonly emailSenderLocalPart: string;
  readonly customEmailSenderName: string | null;
  readonly organisationType: string | null;
  readonly crown: boolean | null;
  readonly contactLink: string | null;
  readonly rateLimit: number;
  readonly emailMessageLimit: number;
  readonly smsMessageLimit: number;
  readonly letterMessageLimit: number;
  readonly internationalSmsMessageLimit: number;
  readonly countAsLive: boolean;
  readonly permissions: readonly ServicePermission[];
  readonly createdById: string;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
  readonly version: number;
}

export interface SmsSender {
  readonly id: string;
  readonly smsSender: string;
  readonly isDefault: boolean;
}

export interface EmailReplyTo {
  readonly id: string;
  readonly emailAddress: string;
  readonly isDefault: boolean;
}

/** Daily limits of a service that went live, and of one in trial mode (public API sheet §6). */
export const liveLimits = { email: 250_000, sms: 250_000, letter: 20_000, internationalSms: 100 } as const;
export const trialLimits = { email: 50, sms: 50, letter: 50, internationalSms: 50 } as const;

/**
 * A name as an email local part: `Created Service!` → `created.service` (data sheet §1.2). Accents are dropped, runs of
 * blanks become one dot, everything else outside a-z, 0-9 and dots goes.
 */
export function toEmailLocalPart(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .trim()
    .replace(/\s+/g, '.')
    .replace(/[^a-z0-9.]/g, '')
    .replace(/\.{2,}/g, '.')
    .replace(/^\.|\.$/g, '');
}
