import type { AlertPayload } from '../src/lib/broadcasts/broadcast-payload.ts';
import { formatRing, type Coordinates, type Ring } from '../src/lib/broadcasts/polygon.ts';
import { readBroadcastPayload } from '../src/lib/broadcasts/read-broadcast-payload.ts';
import { generateXml } from '../src/lib/broadcasts/xml/generate-xml.ts';
import { systemClock } from '../src/lib/core/clock.ts';
import { BenchError, type Bench } from './support/bench.ts';
import { interleave } from './support/interleave.ts';
import { median } from './support/statistics.ts';

const documentsAtScale1 = 500;
const points = 5000;

/**
 * CAP and IBAG alerts whose polygons have 5,000 points together, against gluing the same bytes together from the same
 * payload; the library's part is what lies between them.
 */
export const xml: Bench = {
  name: 'xml',
  diskNeeded: () => 0,

  async run({ rounds, scale, log }) {
    const count = Math.max(10, Math.round(documentsAtScale1 * scale));
    const [cap, ibag] = [aPayload('cap'), aPayload('ibag')];
    for (const [payload, concatenate] of [[cap, concatenateCap] as const, [ibag, concatenateIbag] as const]) {
      if (generate(payload) !== concatenate(payload))
        throw new BenchError(1, `The two ${payload.message_format} documents differ: nothing was measured`);
    }
    const time = (make: (payload: AlertPayload) => string, payload: AlertPayload) => async (): Promise<number> => {
      const begun = performance.now();
      for (let made = 0; made < count; made += 1) make(payload);
      return (performance.now() - begun) / count;
    };
    const samples = await interleave(
      // The first round is for the compiler.
      rounds + 1,
      {
        cap: time(generate, cap),
        capConcatenated: time(concatenateCap, cap),
        ibag: time(generate, ibag),
        ibagConcatenated: time(concatenateIbag, ibag),
        read: time((payload) => (readBroadcastPayload(payload), ''), cap),
      },
      (name, round) => log(`Round ${round} of ${rounds + 1}: ${name}`),
    );
    const ms = (name: keyof typeof samples): number => median(samples[name].slice(1));
    return {
      figures: {
        cap_ms: ms('cap'),
        cap_concatenated_ms: ms('capConcatenated'),
        ibag_ms: ms('ibag'),
        ibag_concatenated_ms: ms('ibagConcatenated'),
        read_payload_ms: ms('read'),
      },
      ratios: {
        vs_concatenation: (ms('capConcatenated') + ms('ibagConcatenated')) / (ms('cap') + ms('ibag')),
        cap_vs_concatenation: ms('capConcatenated') / ms('cap'),
        ibag_vs_concatenation: ms('ibagConcatenated') / ms('ibag'),
      },
      database: null,
    };
  },
};

function generate(payload: AlertPayload): string {
  return generateXml(payload, { clock: systemClock });
}

function aPayload(format: 'cap' | 'ibag'): AlertPayload {
  const payload = readBroadcastPayload({
    message_type: 'alert',
    message_format: format,
    identifier: '3b4b5c6d-0000-4000-8000-000000000001',
    message_number: '0000007b',
    headline: 'GOV.UK Emergency Alert',
    description: 'A severe flood is expected. Move to <higher> ground & stay there.\nCall 999 when in danger.',
    areas: [{ polygon: aRing(52) }, { polygon: aRing(54) }],
    sent: '2026-01-01T12:00:00-00:00',
    expires: '2026-01-01T16:00:00-00:00',
    channel: 'severe',
  });
  return payload as AlertPayload;
}

/** A circle with half of the points. */
function aRing(latitude: number): Ring {
  const places = (value: number): number => Math.round(value * 1e6) / 1e6;
  const ring = Array.from({ length: points / 2 - 1 }, (_, index): Coordinates => {
    const angle = (2 * Math.PI * index) / (points / 2 - 1);
    return [places(latitude + 0.5 * Math.sin(angle)), places(-1 + 0.8 * Math.cos(angle))];
  });
  return [...ring, ring[0]!];
}

const sender = 'broadcasts@notifications.service.gov.uk';

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;');
}

function concatenateCap({ identifier, sent, expires, headline = '', description, areas }: AlertPayload): string {
  let text =
    `<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>${escape(identifier)}</identifier>` +
    `<sender>${sender}</sender><sent>${sent}</sent><status>Actual</status><msgType>Alert</msgType>` +
    '<scope>Public</scope><info><language>en-GB</language><category>Safety</category><event>Alert</event>' +
    '<urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty>' +
    `<expires>${expires}</expires><senderName>GOV.UK Emergency Alerts</senderName>` +
    `<headline>${escape(headline)}</headline><description>${escape(description)}</description>`;
  for (const [index, { polygon = [] }] of areas.entries()) {
    text += `<area><areaDesc>area-${index + 1}</areaDesc><polygon>${formatRing(polygon)}</polygon></area>`;
  }
  return `${text}</info></alert>`;
}

function concatenateIbag(payload: AlertPayload): string {
  const { identifier, message_number: number = '', sent, expires, description, areas } = payload;
  const tag = (name: string, text: string): string => `<IBAG_${name}>${text}</IBAG_${name}>`;
  let info =
    tag('category', 'Safety') +
    tag('event_code', 'LAE') +
    tag('severity', 'Severe') +
    tag('urgency', 'Expected') +
    tag('certainty', 'Likely') +
    tag('expires_date_time', expires) +
    tag('text_language', 'English') +
    tag('text_alert_message_length', String(Buffer.byteLength(description))) +
    tag('text_alert_message', escape(description)) +
    tag('channel_category', '4378-CAT3-ENGLISH');
  for (const [index, { polygon = [] }] of areas.entries()) {
    info += tag('Alert_Area', tag('area_description', `area-${index + 1}`) + tag('polygon', formatRing(polygon)));
  }
  return (
    '<IBAG_Alert_Attributes xmlns="ibag:1.0">' +
    tag('protocol_version', '1.0') +
    tag('sending_gateway_id', sender) +
    tag('message_number', number) +
    tag('sender', sender) +
    tag('sent_date_time', sent) +
    tag('status', 'Actual') +
    tag('message_type', 'Alert') +
    tag('cap_alert_uri', 'https://www.gov.uk/alerts') +
    tag('cap_identifier', escape(identifier)) +
    tag('cap_sent_date_time', sent) +
    `${tag('alert_info', info)}${tag('Digital_Signature', '')}</IBAG_Alert_Attributes>`
  );
}
