import type { AlertFields, BroadcastPayload, BroadcastReference, PayloadArea } from '../broadcast-payload.ts';
import { languageWords } from '../broadcast-payload.ts';
import { languageOf } from '../broadcast-content.ts';
import { channelWords } from '../channel.ts';
import { formatRing } from '../polygon.ts';
import { broadcastSender } from './sender.ts';
import type { XmlElement } from './xml-writer.ts';

/** CAP 1.2, the Common Alerting Protocol (broadcasts sheet §6). */

export const capNamespace = 'urn:oasis:names:tc:emergency:cap:1.2';

const messageTypeWords = { alert: 'Alert', update: 'Update', cancel: 'Cancel', test: 'Alert' } as const;
const languageTags = { english: 'en-GB', welsh: 'cy-GB' } as const;

/**
 * The document for a payload.
 *
 * @param sent the time of a link test that states none
 */
export function capDocument(payload: BroadcastPayload, sent: string): XmlElement {
  const sender = payload.sender ?? broadcastSender;
  return [
    'alert',
    [
      ['identifier', payload.identifier ?? ''],
      ['sender', sender],
      ['sent', payload.sent ?? sent],
      ['status', payload.message_type === 'test' ? 'Test' : 'Actual'],
      ['msgType', messageTypeWords[payload.message_type]],
      ['scope', 'Public'],
      ...('references' in payload ? [referencesElement(payload.references, sender)] : []),
      ...('description' in payload ? [infoElement(payload)] : []),
    ],
  ];
}

/** Every earlier document, oldest first. */
function referencesElement(references: readonly BroadcastReference[], sender: string): XmlElement {
  return ['references', references.map(({ message_id: id, sent }) => `${sender},${id},${sent}`).join(' ')];
}

function infoElement(alert: AlertFields): XmlElement {
  const language = alert.language === undefined ? languageOf(alert.description) : languageWords[alert.language];
  return [
    'info',
    [
      ['language', languageTags[language]],
      ['category', 'Safety'],
      ['event', channelWords(alert.channel).capEvent],
      ['urgency', 'Expected'],
      ['severity', 'Severe'],
      ['certainty', 'Likely'],
      ['expires', alert.expires],
      ['senderName', alert.sender_name ?? 'GOV.UK Emergency Alerts'],
      ['headline', alert.headline ?? ''],
      ['description', alert.description],
      ...(alert.web === undefined ? [] : [['web', alert.web] as const]),
      ...alert.areas.map(areaElement),
    ],
  ];
}

function areaElement({ description, polygon, polygons = [] }: PayloadArea, index: number): XmlElement {
  // An area that is nowhere still has its polygon, an empty one.
  const rings = polygon === undefined && polygons.length > 0 ? polygons : [polygon ?? [], ...polygons];
  return [
    'area',
    [
      ['areaDesc', description ?? `area-${index + 1}`],
      ...rings.map((ring): XmlElement => ['polygon', formatRing(ring)]),
    ],
  ];
}
