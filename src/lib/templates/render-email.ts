import type { JsonObject } from '../core/json.ts';
import { renderBodySource } from './body-source.ts';
import { layOutEmail } from './email-layout.ts';
import { fillPlaceholders } from './fill-placeholders.ts';
import { decodeEntities } from './html-entities.ts';
import { emailHtmlRenderer } from './markdown/email-html-renderer.ts';
import { emailTextRenderer } from './markdown/email-text-renderer.ts';
import { preheaderRenderer } from './markdown/preheader-renderer.ts';
import { renderMarkdown } from './markdown/render-markdown.ts';
import { renderSubject } from './render-subject.ts';
import { applyTypography } from './typography.ts';
import { whitespaceClass } from './unicode-classes.ts';
import { trimStartUnicode, trimUnicode } from './whitespace.ts';

export interface EmailSource {
  readonly subject: string;
  readonly content: string;
  readonly personalisation: JsonObject;
  /** Where the unsubscribe link in the body points to; null when the template has none. */
  readonly unsubscribeUrl?: string | null;
  /** Show `hidden` in place of placeholders without a value; the caller then passes no personalisation. */
  readonly redact?: boolean;
}

export interface RenderedEmail {
  /** As sent. */
  readonly subject: string;
  /** The text part; ends in one LF. */
  readonly plainText: string;
  /** The message without layout: the `html` of the API's preview. */
  readonly htmlBody: string;
  /** The HTML part: a whole document. */
  readonly html: string;
  /** The hidden first line of `html`, without its `…`. */
  readonly preheader: string;
  /** The API's `body`: markdown source with values put in. */
  readonly apiBody: string;
}

/** Renders everything that an email consists of (templating sheet §5). */
export function renderEmail(source: EmailSource): RenderedEmail {
  const { subject, personalisation, redact } = source;
  const htmlBody = renderEmailHtmlBody(source);
  const preheader = renderPreheader(source);
  const title = renderSubject(subject, personalisation, { escape: true, redact });
  return {
    subject: renderSubject(subject, personalisation, { escape: false, redact }),
    plainText: renderEmailText(source),
    htmlBody,
    html: layOutEmail({ title, preheader, body: htmlBody }),
    preheader,
    apiBody: renderBodySource(source.content, personalisation, { redact }),
  };
}

type BodySource = Omit<EmailSource, 'subject'>;

/** The HTML body without layout (templating sheet §5.1): what the API's preview gives back as `html`. */
export function renderEmailHtmlBody(source: BodySource): string {
  return applyTypography(renderMarkdown(prepare(source, withUnsubscribeLink(source), true), emailHtmlRenderer));
}

/** The text part (templating sheet §5.1). */
export function renderEmailText(source: BodySource): string {
  const text = renderMarkdown(prepare(source, withUnsubscribeLink(source), false), emailTextRenderer);
  return `${trimStartUnicode(decodeEntities(applyTypography(text)))}\n`;
}

const preheaderLength = 256;
const whitespaceRun = new RegExp(`[${whitespaceClass}]+`, 'g');

/** The first 256 characters in HTML, never decoded: an entity may be cut in half (templating sheet §5.4). */
export function renderPreheader(source: BodySource): string {
  const text = applyTypography(renderMarkdown(prepare(source, source.content, true), preheaderRenderer));
  const line = trimUnicode(text).replace(whitespaceRun, ' ');
  // Characters are code points, of at most two units each.
  return trimUnicode([...line.slice(0, preheaderLength * 2)].slice(0, preheaderLength).join(''));
}

function withUnsubscribeLink({ content, unsubscribeUrl = null }: BodySource): string {
  return unsubscribeUrl === null ? content : `${content}\n\n---\n\n[Unsubscribe from these emails](${unsubscribeUrl})`;
}

function prepare({ personalisation, redact }: BodySource, content: string, escape: boolean): string {
  const filled = fillPlaceholders(content, personalisation, { escape, lists: 'bullets', unfilled: 'spans', redact });
  return `${dropUnsupported(unlinkGovUk(filled))}\n`;
}

const bareGovUk = new RegExp(`(?<=(?:^|[${whitespaceClass}])[#*^]?gov\\.)(?=uk(?![/?#]))`, 'giu');

/** Keeps mail programs from making a link of the name: a zero-width space after its dot (templating sheet §5.1). */
function unlinkGovUk(text: string): string {
  return text.replace(bareGovUk, '\u200b');
}

// A line separator and a filler that mail programs cannot show.
function dropUnsupported(text: string): string {
  return text.replace(/[\u2028\u3164]/g, '');
}
