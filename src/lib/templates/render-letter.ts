import type { JsonObject } from '../core/json.ts';
import { renderBodySource } from './body-source.ts';
import { fillPlaceholders } from './fill-placeholders.ts';
import { createLetterRenderer } from './markdown/letter-renderer.ts';
import { renderMarkdown } from './markdown/render-markdown.ts';
import { readQrCodeRequest, type QrCodeTooLong } from './qr-code.ts';
import { renderSubject } from './render-subject.ts';
import { applyTypography } from './typography.ts';

export interface LetterSource {
  readonly subject: string;
  readonly content: string;
  readonly personalisation: JsonObject;
  /** Makes the picture of a QR code, such as an SVG element; without it the place stays empty. */
  readonly drawQrCode?: ((data: string) => string) | undefined;
  /** Show `hidden` in place of placeholders without a value; the caller then passes no personalisation. */
  readonly redact?: boolean | undefined;
}

export interface RenderedLetter {
  /** HTML-escaped, in the API too. */
  readonly subject: string;
  /** The message as HTML, without address, date and subject. */
  readonly htmlBody: string;
  /** The API's `body`: markdown source with values put in. */
  readonly apiBody: string;
  /** The first QR code that does not fit; it is shown as text. */
  readonly qrCodeTooLong: QrCodeTooLong | null;
}

/** Renders the message of a letter (templating sheet §6). */
export function renderLetter(source: LetterSource): RenderedLetter {
  const { subject, content, personalisation, redact } = source;
  const { html, qrCodeTooLong } = renderLetterBody(source);
  return {
    subject: renderSubject(subject, personalisation, { escape: true, redact }),
    htmlBody: html,
    apiBody: renderBodySource(content, personalisation, { redact }),
    qrCodeTooLong,
  };
}

/** The first QR code of a letter that does not fit, or null. Costs a rendering only where there may be one. */
export function findLongQrCode(content: string, personalisation: JsonObject): QrCodeTooLong | null {
  const mayAskForOne = /q|&#/i.test(renderBodySource(content, personalisation));
  return mayAskForOne ? renderLetterBody({ content, personalisation }).qrCodeTooLong : null;
}

function renderLetterBody({ content, personalisation, drawQrCode, redact }: Omit<LetterSource, 'subject'>): {
  html: string;
  qrCodeTooLong: QrCodeTooLong | null;
} {
  const filled = fillPlaceholders(content, personalisation, {
    escape: true,
    lists: 'bullets',
    unfilled: 'spans',
    redact,
  });
  const qrCodes: string[] = [];
  let qrCodeTooLong: QrCodeTooLong | null = null;
  const renderer = createLetterRenderer((paragraph) => {
    const request = readQrCodeRequest(paragraph);
    switch (request?.kind) {
      case undefined:
        return null;
      case 'unfilled':
        return `<div class='qrcode-placeholder'>${request.html}</div>`;
      case 'too-long':
        qrCodeTooLong ??= request.problem;
        return null;
      case 'drawable':
        // The picture comes in at the end: typography must not touch it. No text can hold this tag unescaped.
        qrCodes.push(request.data);
        return `<div class='qrcode'><qrcode ${qrCodes.length - 1}></div>`;
    }
  });
  const html = applyTypography(renderMarkdown(`${filled}\n`, renderer))
    .replaceAll('-', '\u2011')
    .replace(/<qrcode (\d+)>/g, (_tag, index: string) => drawQrCode?.(qrCodes[Number(index)]!) ?? '');
  return { html, qrCodeTooLong };
}
