import { AppError } from '../../core/errors.ts';
import type { Clock } from '../../core/clock.ts';
import type { BroadcastPayload } from '../broadcast-payload.ts';
import { toLinkTestDateTime } from '../broadcast-time.ts';
import { capDocument, capNamespace } from './cap.ts';
import { ibagDocument, ibagNamespace } from './ibag.ts';
import type { SignXml } from './sign-xml.ts';
import { writeXml } from './xml-writer.ts';

export interface XmlOptions {
  /** Only for a link test that does not state when it was sent. */
  readonly clock: Clock;
  /** Updates are no part of what networks were ever sent; without this they are refused. */
  readonly allowUpdate?: boolean;
  /** Signs the document; without it none is signed. */
  readonly sign?: SignXml | undefined;
}

/**
 * The document for a payload, in the format that it asks for, without a line end (broadcasts sheet §5–8).
 *
 * @param payload as `readBroadcastPayload` gives it, or made by the sender with the same care
 * @throws AppError REFUSED for an update that is not enabled; VALIDATION_FAILED when a text holds a character that XML
 *   does not allow
 */
export function generateXml(payload: BroadcastPayload, { clock, allowUpdate = false, sign }: XmlOptions): string {
  if (payload.message_type === 'update' && !allowUpdate)
    throw new AppError('REFUSED', 'broadcast updates are not enabled');
  const now = toLinkTestDateTime(clock.now());
  const xml =
    payload.message_format === 'cap'
      ? writeXml(capNamespace, capDocument(payload, now))
      : writeXml(ibagNamespace, ibagDocument(payload, now));
  return sign === undefined ? xml : sign(xml, payload.message_format);
}
