import { isJsonObject, type JsonObject } from '../core/json.ts';
import {
  languageWords,
  messageFormats,
  messageTypes,
  type AlertFields,
  type BroadcastPayload,
  type BroadcastReference,
  type LanguageWord,
  type LinkTestPayload,
  type MessageFormat,
} from './broadcast-payload.ts';
import { requireBroadcastLength } from './broadcast-content.ts';
import { isDocumentDateTime, readBroadcastDateTime, toBroadcastDateTime } from './broadcast-time.ts';
import { readChannel } from './channel.ts';
import { notAllowed } from './not-allowed.ts';
import { optionalText, payloadError, readObject, requiredList, requiredText } from './payload-fields.ts';
import { readPayloadAreas } from './read-payload-areas.ts';

/**
 * Reads a payload and refuses what would make a document that is not valid or not meant (broadcasts sheet §12). Keys
 * that the kind of message does not use are ignored. Never looks at the clock, so that documents of the past can be
 * made again.
 *
 * @param value JSON, parsed by `JSON.parse` or `parseJson`
 * @throws AppError VALIDATION_FAILED, its message naming the first field that is wrong
 */
export function readBroadcastPayload(value: unknown): BroadcastPayload {
  if (!isJsonObject(value)) throw payloadError('payload is not an object');
  const format = readWord(requiredText(value, 'message_format'), 'message_format', messageFormats);
  const type = readWord(requiredText(value, 'message_type'), 'message_type', messageTypes);
  switch (type) {
    case 'alert':
      return { message_type: type, ...readAlert(value, format) };
    case 'update':
      return { message_type: type, ...readAlert(value, format), references: readReferences(value, format) };
    case 'cancel':
      return {
        message_type: type,
        ...readCommon(value, format),
        identifier: readIdentifier(value),
        sent: readDateTime(value, 'sent'),
        references: readReferences(value, format),
      };
    case 'test':
      return readLinkTest(value, format);
  }
}

/** One of a few words; their case does not matter. */
function readWord<Word extends string>(text: string, field: string, words: readonly Word[]): Word {
  const word = words.find((candidate) => candidate === text.toLowerCase());
  if (word === undefined) throw notAllowed(text, field, words);
  return word;
}

function readAlert(value: JsonObject, format: MessageFormat): AlertFields {
  const common = readCommon(value, format);
  const identifier = readIdentifier(value);
  const headline = format === 'cap' ? requiredText(value, 'headline') : undefined;
  const description = requiredText(value, 'description');
  requireBroadcastLength(description, 'description');
  const areas = readPayloadAreas(value, format);
  const sent = readDateTime(value, 'sent');
  const expires = readDateTime(value, 'expires');
  if (readBroadcastDateTime(expires)! <= readBroadcastDateTime(sent)!)
    throw payloadError(`expires is not after sent: '${expires}'`);
  const language = readLanguage(value);
  const channel = readChannel(requiredText(value, 'channel'));
  return {
    ...common,
    identifier,
    ...(headline !== undefined && { headline }),
    description,
    areas,
    sent,
    expires,
    ...(language !== undefined && { language }),
    channel,
    ...(format === 'cap' && readCapOptions(value)),
  };
}

function readCapOptions(value: JsonObject): { web?: string; sender_name?: string } {
  const [web, senderName] = [optionalText(value, 'web'), optionalText(value, 'sender_name')];
  return { ...(web !== undefined && { web }), ...(senderName !== undefined && { sender_name: senderName }) };
}

function readLinkTest(value: JsonObject, format: MessageFormat): LinkTestPayload {
  const common = readCommon(value, format);
  const sent = optionalText(value, 'sent');
  return {
    message_type: 'test',
    ...common,
    ...(format === 'cap' && { identifier: readIdentifier(value) }),
    ...(sent !== undefined && { sent: readTestDateTime(sent) }),
  };
}

/** Written untouched when CAP takes it, else converted to the spelling of link tests. */
function readTestDateTime(text: string): string {
  return isDocumentDateTime(text) ? text : toBroadcastDateTime(readInstant(text, 'sent')).replace('-00:00', '+00:00');
}

const senderPattern = /^[-_a-zA-Z0-9./:]+@[-_a-zA-Z0-9./:]+$/;

function readCommon(value: JsonObject, format: MessageFormat) {
  if (format === 'ibag') return { message_format: format, message_number: readMessageNumber(value) };
  const sender = optionalText(value, 'sender');
  if (sender !== undefined && !senderPattern.test(sender))
    throw payloadError(`sender is '${sender}', not a name, @ and a domain`);
  return { message_format: format, ...(sender !== undefined && { sender }) };
}

const identifierPattern = /^[-_a-zA-Z0-9]+$/;

function readIdentifier(record: JsonObject, name = 'identifier', path = ''): string {
  const identifier = requiredText(record, name, path);
  if (identifierPattern.test(identifier)) return identifier;
  throw payloadError(`${path}${name} is '${identifier}': it may only hold letters, digits, - and _`);
}

function readMessageNumber(record: JsonObject, path = ''): string {
  const number = requiredText(record, 'message_number', path);
  if (/^[0-9a-f]{8}$/i.test(number)) return number;
  throw payloadError(`${path}message_number is '${number}', not 8 hexadecimal digits`);
}

/** What is UTC in the documents' own spelling stays as it is, anything else is converted to that. */
function readDateTime(value: JsonObject, field: string): string {
  return toBroadcastDateTime(readInstant(requiredText(value, field), field));
}

function readInstant(text: string, field: string): Date {
  const instant = readBroadcastDateTime(text);
  if (instant === null) throw payloadError(`${field} is '${text}', not an ISO 8601 date and time with an offset`);
  return instant;
}

function readLanguage(value: JsonObject): LanguageWord | undefined {
  const text = optionalText(value, 'language');
  if (text === undefined || Object.hasOwn(languageWords, text)) return text as LanguageWord | undefined;
  throw notAllowed(text, 'language', Object.keys(languageWords));
}

function readReferences(value: JsonObject, format: MessageFormat): readonly BroadcastReference[] {
  const references = requiredList(value, 'references');
  return references.map((item, index) => {
    const reference = readObject(item, `references[${index}]`);
    const path = `references[${index}].`;
    // IBAG does not say when the earlier document was sent.
    const sent = format === 'cap' ? readReferenceTime(reference, path) : (optionalText(reference, 'sent', path) ?? '');
    return {
      message_id: readIdentifier(reference, 'message_id', path),
      sent,
      ...(format === 'ibag' && { message_number: readMessageNumber(reference, path) }),
    };
  });
}

function readReferenceTime(reference: JsonObject, path: string): string {
  const sent = requiredText(reference, 'sent', path);
  // A comma or a space would end it.
  if (/[\s,]/.test(sent)) throw payloadError(`${path}sent is '${sent}': it may not hold commas or spaces`);
  return sent;
}
