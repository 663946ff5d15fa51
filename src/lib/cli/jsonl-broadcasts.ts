import { readBroadcastPayload } from '../broadcasts/read-broadcast-payload.ts';
import { generateXml, type XmlOptions } from '../broadcasts/xml/generate-xml.ts';
import type { LineAnswer, LineHandler } from './jsonl.ts';
import { answerRecord } from './jsonl-record.ts';

/** Answers payloads, one a line, with documents (broadcasts sheet §12). It never throws. */
export function broadcastLineHandler(options: XmlOptions): LineHandler {
  return (line): LineAnswer =>
    answerRecord(line, (payload) => ({ ok: true, xml: generateXml(readBroadcastPayload(payload), options) }));
}
