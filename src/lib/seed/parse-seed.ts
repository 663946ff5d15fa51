import { keyTypes } from '../api-keys/api-key.ts';
import { counted } from '../core/counted.ts';
import { senderTypes, type SenderType } from '../services/sender.ts';
import { servicePermissions } from '../services/service.ts';
import { templateTypes, type ProcessType } from '../templates/template.ts';
import type { Seed, SeedApiKey, SeedInboundNumber, SeedSender, SeedService, SeedTemplate, SeedUser } from './seed.ts';
import {
  nullable,
  optional,
  readBoolean,
  readChoice,
  readCount,
  readFields,
  readList,
  readText,
  readUuid,
  type SeedValue,
} from './seed-value.ts';

const processTypes: readonly ProcessType[] = ['normal', 'priority'];
const postages = ['first', 'second', 'economy'] as const;

/** Reads a seed document. Also returns everything that is wrong with it, each with its place, value and expectation. */
export function parseSeed(document: unknown): { seed: Seed; problems: string[] } {
  const problems: string[] = [];
  const fields = readFields({ path: '', value: document, problems }, ['users', 'services']);
  const seed = { users: readList(fields.users, readUser), services: readList(fields.services, readService) };
  problems.push(...repeatedIds(seed));
  return { seed, problems };
}

function readUser(value: SeedValue): SeedUser {
  const fields = readFields(value, ['id', 'name', 'email_address', 'mobile_number']);
  return {
    path: value.path,
    id: readUuid(fields.id),
    name: readText(fields.name),
    emailAddress: readText(fields.email_address),
    mobileNumber: optional(fields.mobile_number, nullable(readText)) ?? null,
  };
}

function readService(value: SeedValue): SeedService {
  const fields = readFields(value, [
    'id',
    'name',
    'live',
    'permissions',
    'contact_link',
    'prefix_sms',
    'email_sender_name',
    'rate_limit',
    'limits',
    'guest_list',
    'team',
    'inbound_number',
    'sms_senders',
    'email_reply_to',
    'letter_contacts',
    'api_keys',
    'templates',
  ]);
  const limits = readFields({ ...fields.limits, value: fields.limits.value ?? {} }, [
    'email',
    'sms',
    'letter',
    'international_sms',
  ]);
  const inboundNumber = optional(fields.inbound_number, readInboundNumber) ?? null;
  const senders = {
    sms: readSenders(fields.sms_senders, 'sms', 'sms_sender', inboundNumber),
    email: readSenders(fields.email_reply_to, 'email', 'email_address', null),
    letter: readSenders(fields.letter_contacts, 'letter', 'contact_block', null),
  };
  return {
    path: value.path,
    id: readUuid(fields.id),
    name: readText(fields.name),
    live: optional(fields.live, readBoolean),
    permissions: optional(fields.permissions, (list) => readList(list, (item) => readChoice(item, servicePermissions))),
    contactLink: optional(fields.contact_link, nullable(readText)),
    prefixSms: optional(fields.prefix_sms, readBoolean),
    emailSenderName: optional(fields.email_sender_name, nullable(readText)),
    rateLimit: optional(fields.rate_limit, readCount),
    emailLimit: optional(limits.email, readCount),
    smsLimit: optional(limits.sms, readCount),
    letterLimit: optional(limits.letter, readCount),
    internationalSmsLimit: optional(limits.international_sms, readCount),
    guestList: readList(fields.guest_list, readText),
    team: readList(fields.team, (item) => readUuid(item)),
    inboundNumber,
    senders: senderTypes.flatMap((type) => senders[type]),
    apiKeys: readList(fields.api_keys, readApiKey),
    templates: readList(fields.templates, readTemplate),
  };
}

function readInboundNumber(value: SeedValue): SeedInboundNumber {
  const fields = readFields(value, ['id', 'number', 'provider']);
  return {
    path: value.path,
    id: readUuid(fields.id),
    number: readText(fields.number),
    provider: optional(fields.provider, readText) ?? 'sandbox',
  };
}

/** The senders of one type, the default first: it takes the place of another before that one is looked at. */
function readSenders(
  list: SeedValue,
  type: SenderType,
  field: 'sms_sender' | 'email_address' | 'contact_block',
  inboundNumber: SeedInboundNumber | null,
): SeedSender[] {
  const senders = readList(list, (item): SeedSender => {
    const fields = readFields(item, ['id', field, 'is_default', ...(type === 'sms' ? (['inbound'] as const) : [])]);
    const value = readText(fields[field]);
    const isInbound = fields.inbound !== undefined && (optional(fields.inbound, readBoolean) ?? false);
    if (isInbound && value !== inboundNumber?.number)
      list.problems.push(`${item.path}.inbound is true: expected ${field} to be the inbound_number of the service`);
    return {
      path: item.path,
      id: readUuid(fields.id),
      type,
      value,
      isDefault: optional(fields.is_default, readBoolean) ?? false,
      isInbound,
    };
  });
  const defaults = senders.filter(({ isDefault }) => isDefault).length;
  const isRight = type === 'letter' ? defaults <= 1 : defaults === 1;
  if (senders.length > 0 && !isRight) {
    const expectation = type === 'letter' ? 'one at most' : 'exactly one';
    list.problems.push(
      `${list.path} has ${counted(defaults, 'entry', 'entries')} with is_default: expected ${expectation}`,
    );
  }
  return senders.sort((left, right) => Number(right.isDefault) - Number(left.isDefault));
}

function readApiKey(value: SeedValue): SeedApiKey {
  const fields = readFields(value, ['id', 'name', 'type', 'secret']);
  return {
    path: value.path,
    id: readUuid(fields.id),
    name: readText(fields.name),
    keyType: readChoice(fields.type, keyTypes),
    secret: readUuid(fields.secret, { isSecret: true }),
  };
}

function readTemplate(value: SeedValue): SeedTemplate {
  const fields = readFields(value, [
    'id',
    'name',
    'type',
    'subject',
    'content',
    'process_type',
    'postage',
    'reply_to',
    'has_unsubscribe_link',
    'redact_personalisation',
  ]);
  return {
    path: value.path,
    id: readUuid(fields.id),
    name: readText(fields.name),
    templateType: readChoice(fields.type, templateTypes),
    content: readText(fields.content),
    subject: optional(fields.subject, readText),
    processType: optional(fields.process_type, (field) => readChoice(field, processTypes)),
    postage: optional(fields.postage, (field) => readChoice(field, postages)),
    letterContactId: optional(
      fields.reply_to,
      nullable((field) => readUuid(field)),
    ),
    hasUnsubscribeLink: optional(fields.has_unsubscribe_link, readBoolean),
    isRedacted: optional(fields.redact_personalisation, readBoolean) ?? false,
  };
}

function repeatedIds({ users, services }: Seed): string[] {
  const entries = [
    ...users,
    ...services.flatMap((service) => [
      service,
      ...(service.inboundNumber === null ? [] : [service.inboundNumber]),
      ...service.senders,
      ...service.apiKeys,
      ...service.templates,
    ]),
  ];
  const places = new Map<string, string>();
  const problems: string[] = [];
  for (const { id, path } of entries) {
    const first = places.get(id);
    if (first !== undefined && id !== '')
      problems.push(`${path}.id is "${id}": expected another one than ${first} has`);
    else places.set(id, path);
  }
  return problems;
}
