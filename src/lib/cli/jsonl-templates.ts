import type { JsonObject } from '../core/json.ts';
import { drawQrCode } from '../templates/draw-qr-code.ts';
import { excessiveByteCount, isBodyEmpty } from '../templates/body-source.ts';
import { missingPersonalisation, placeholderNames } from '../templates/placeholders.ts';
import { renderEmail } from '../templates/render-email.ts';
import { renderLetter } from '../templates/render-letter.ts';
import { renderSms } from '../templates/render-sms.ts';
import { renderSubject } from '../templates/render-subject.ts';
import { sanitisePersonalisation } from '../templates/sanitise-personalisation.ts';
import { templateTypes, type TemplateType } from '../templates/template.ts';
import type { LineAnswer } from './jsonl.ts';
import {
  answerRecord,
  optionalList,
  optionalObject,
  optionalText,
  requiredChoice,
  requiredText,
} from './jsonl-record.ts';

/** One line of `notify templates render --jsonl`. */
interface RenderInput {
  readonly type: TemplateType;
  readonly content: string;
  readonly subject: string;
  readonly personalisation: JsonObject;
  /** The service's name when the service prefixes its text messages. */
  readonly prefix: string | null;
}

/** Renders one line (templating sheet §11.2); fields that do not apply are left out. Never throws. */
export function renderTemplateLine(line: string): LineAnswer {
  return answerRecord(line, (record) => {
    const input = readInput(record);
    const missing = missingPersonalisation(placeholderNames(input.subject, input.content), input.personalisation);
    return { ok: true, missing, ...render(input) };
  });
}

function readInput(record: JsonObject): RenderInput {
  const type = requiredChoice(record, 'type', templateTypes);
  const personalisation = optionalObject(record, 'personalisation');
  const untrusted = optionalList(record, 'sanitise_content_for');
  return {
    type,
    content: requiredText(record, 'content'),
    // A text message has none, whatever the line says.
    subject: type === 'sms' ? '' : (optionalText(record, 'subject') ?? ''),
    personalisation:
      type === 'email' ? sanitisePersonalisation(personalisation, untrusted).personalisation : personalisation,
    prefix: optionalText(record, 'prefix'),
  };
}

function render(input: RenderInput): object {
  switch (input.type) {
    case 'sms':
      return renderSmsFields(input);
    case 'email':
      return renderEmailFields(input);
    case 'letter':
      return renderLetterFields(input);
  }
}

function renderSmsFields({ content, personalisation, prefix }: RenderInput): object {
  const sent = renderSms({ content, personalisation, prefix });
  const plain = prefix === null || prefix === '' ? sent : renderSms({ content, personalisation, prefix: null });
  return {
    api_body: plain.text,
    sms_text: sent.text,
    character_count: sent.characterCount,
    character_count_without_prefix: sent.characterCountWithoutPrefix,
    fragment_count: sent.fragmentCount,
    encoding: sent.encoding,
    too_long: sent.tooLong,
    empty: sent.empty,
  };
}

function renderEmailFields({ content, subject, personalisation }: RenderInput): object {
  const email = renderEmail({ content, subject, personalisation });
  return {
    subject: email.subject,
    html_subject: renderSubject(subject, personalisation, { escape: true }),
    api_body: email.apiBody,
    plain_text: email.plainText,
    html_body: email.htmlBody,
    html: email.html,
    preheader: email.preheader,
    too_long: excessiveByteCount(email.apiBody) !== null,
    empty: isBodyEmpty(content, email.apiBody),
  };
}

function renderLetterFields({ content, subject, personalisation }: RenderInput): object {
  const letter = renderLetter({ content, subject, personalisation, drawQrCode });
  return {
    subject: letter.subject,
    api_body: letter.apiBody,
    html_body: letter.htmlBody,
    too_long: letter.qrCodeTooLong !== null,
    empty: isBodyEmpty(content, letter.apiBody),
  };
}
