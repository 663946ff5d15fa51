import type { AlertFields, BroadcastPayload, BroadcastReference, PayloadArea } from '../broadcast-payload.ts';
import { languageWords } from '../broadcast-payload.ts';
import { languageOf } from '../broadcast-content.ts';
import { channelWords } from '../channel.ts';
import { formatRing } from '../polygon.ts';
import { broadcastSender } from './sender.ts';
import type { XmlElement } from './xml-writer.ts';

/** IBAG 1.0, what the cell broadcast centre of one network takes instead of CAP (broadcasts sheet §7). */

export const ibagNamespace = 'ibag:1.0';

const alertUri = 'https://www.gov.uk/alerts';
const messageTypeWords = { alert: 'Alert', update: 'Update', cancel: 'Cancel', test: 'Link Test' } as const;
const languageNames = { english: 'English', welsh: 'Welsh' } as const;

/**
 * The document for a payload. A signature goes into its last element.
 *
 * @param now the time of a link test that states none
 */
export function ibagDocument(payload: BroadcastPayload, now: string): XmlElement {
  const isTest = payload.message_type === 'test';
  const sent = payload.sent ?? now;
  return [
    'IBAG_Alert_Attributes',
    [
      ['IBAG_protocol_version', '1.0'],
      ['IBAG_sending_gateway_id', broadcastSender],
      ['IBAG_message_number', payload.message_number ?? ''],
      ...('references' in payload ? lastReference(payload.references) : []),
      ...when(!isTest, ['IBAG_sender', broadcastSender]),
      ['IBAG_sent_date_time', sent],
      ['IBAG_status', isTest ? 'System' : 'Actual'],
      ['IBAG_message_type', messageTypeWords[payload.message_type]],
      ...when(
        !isTest,
        ['IBAG_cap_alert_uri', alertUri],
        ['IBAG_cap_identifier', payload.identifier ?? ''],
        ['IBAG_cap_sent_date_time', sent],
      ),
      ...('description' in payload ? [alertInfo(payload)] : []),
      ['IBAG_Digital_Signature', ''],
    ],
  ];
}

function when(condition: boolean, ...elements: readonly XmlElement[]): readonly XmlElement[] {
  return condition ? elements : [];
}

/** CAP names every earlier document, IBAG the newest of them only. */
function lastReference(references: readonly BroadcastReference[]): readonly XmlElement[] {
  const last = references.at(-1);
  return [
    ['IBAG_referenced_message_number', last?.message_number ?? ''],
    ['IBAG_referenced_message_cap_identifier', last?.message_id ?? ''],
  ];
}

function alertInfo(alert: AlertFields): XmlElement {
  const language = alert.language === undefined ? languageOf(alert.description) : languageWords[alert.language];
  return [
    'IBAG_alert_info',
    [
      ['IBAG_category', 'Safety'],
      ['IBAG_event_code', 'LAE'],
      ['IBAG_severity', 'Severe'],
      ['IBAG_urgency', 'Expected'],
      ['IBAG_certainty', 'Likely'],
      ['IBAG_expires_date_time', alert.expires],
      ['IBAG_text_language', languageNames[language]],
      // Octets of the text itself, before anything is escaped.
      ['IBAG_text_alert_message_length', String(Buffer.byteLength(alert.description))],
      ['IBAG_text_alert_message', alert.description],
      ['IBAG_channel_category', channelWords(alert.channel).ibagCategory],
      ...alert.areas.map(alertArea),
    ],
  ];
}

function alertArea({ polygon, polygons = [], geocodes = [] }: PayloadArea, index: number): XmlElement {
  const rings = [polygon ?? [], ...polygons].filter((ring) => ring.length > 0);
  return [
    'IBAG_Alert_Area',
    [
      ['IBAG_area_description', `area-${index + 1}`],
      ...rings.map((ring): XmlElement => ['IBAG_polygon', formatRing(ring)]),
      ...geocodes.map((geocode): XmlElement => ['IBAG_geocode', geocode]),
    ],
  ];
}
