import type { JsonObject } from '../core/json.ts';
import { fillPlaceholders } from './fill-placeholders.ts';
import { escapeHtml } from './html-escape.ts';
import { linkTarget } from './markdown/link-target.ts';
import { normaliseSms } from './render-sms.ts';
import { downgradeToSms } from './sms-encoding.ts';
import { replaceUrlLike } from './url-like.ts';
import { trimUnicode } from './whitespace.ts';

export interface SmsPreviewSource {
  readonly content: string;
  readonly personalisation: JsonObject;
  readonly prefix: string | null;
  /** Shown above the message when given. */
  readonly sender?: string | undefined;
  readonly recipient?: string | undefined;
  /** Show `hidden` in place of placeholders without a value; the caller then passes no personalisation. */
  readonly redact?: boolean | undefined;
}

/** A text message as HTML for a screen (templating sheet §4, "SMS preview"): links can be clicked. */
export function renderSmsPreview(source: SmsPreviewSource): string {
  const { content, personalisation, prefix, sender, recipient, redact } = source;
  const filled = fillPlaceholders(content, personalisation, {
    escape: true,
    lists: 'prose',
    unfilled: 'spans',
    redact,
  });
  const prefixed = prefix === null || prefix === '' ? filled : `${escapeHtml(trimUnicode(prefix))}: ${filled}`;
  const message = replaceUrlLike(downgradeToSms(normaliseSms(prefixed)).replaceAll('\n', '<br>'), toLink);
  return (
    (sender === undefined ? '' : `<p class="sms-message-sender">From: ${escapeHtml(sender)}</p>`) +
    (recipient === undefined ? '' : `<p class="sms-message-recipient">To: ${escapeHtml(recipient)}</p>`) +
    `<div class="sms-message-wrapper" dir="auto">${message}</div>`
  );
}

function toLink(found: string): string {
  const url = withoutTrailingPunctuation(found);
  return `<a href="${linkTarget(url)}">${url}</a>${found.slice(url.length)}`;
}

/** A closing bracket belongs to a link only when the link holds its opening one. */
function withoutTrailingPunctuation(url: string): string {
  const surplus = { ')': count(url, ')') - count(url, '('), ']': count(url, ']') - count(url, '[') };
  let end = url.length;
  for (; end > 0; end -= 1) {
    const last = url[end - 1];
    if (last === ')' || last === ']') {
      if (surplus[last] <= 0) break;
      surplus[last] -= 1;
    } else if (last !== '.' && last !== ',' && last !== ':') break;
  }
  return url.slice(0, end);
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
