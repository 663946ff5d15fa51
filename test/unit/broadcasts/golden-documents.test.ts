/** Documents byte by byte (broadcasts sheet §10). */
import { createHash } from 'node:crypto';
import { describe, expect, it, test } from 'vitest';
import { leavesOf, toXml } from './documents.ts';
import {
  capAlert,
  capCancel,
  capCancelOfTwo,
  capTest,
  capUpdate,
  ibagAlert,
  ibagCancel,
  ibagTest,
  ibagUpdate,
  providerMessageId,
} from './payloads.ts';

const sender = 'broadcasts@notifications.service.gov.uk';
const description = 'Flood <now> & "leave"\n5 > 4 ŵ';
const firstPolygon = '51.12,-1.2 51.12,1.2 51.74,1.2 51.74,-1.2 51.12,-1.2';
const secondPolygon = '55.86,-4.25 55.85,-4.25 55.87,-4.24 55.86,-4.25';

test.each([
  ['CAP alert', capAlert, 874, '56fa5338aad067fcd4a07bce759705cba48b2e0b91fd48bb178e7b74bb9d5147'],
  ['CAP update', capUpdate, 1004, 'a19003610b184b016d194aea3721c66e84a83726388933225881b9a71a64ca21'],
  ['CAP cancel', capCancel, 413, '96af5776d6e9d72375d76020150ba90ecf5cb0260a9b4eafb5c1c5491e974df6'],
  ['CAP cancel of two', capCancelOfTwo, 518, '4faa1c3c53db9a126971a450533a1343bbac6a0fb1696604fc6568c89d2da258'],
  ['CAP link test', capTest, 281, '36713ce3f5b1fd66d81ef7ba493bc9121b1c6b8fbffa8d1bfd0c3b019bc32e76'],
  ['IBAG alert', ibagAlert, 1637, '021b6eb5df7111a14974c40fd8695acd5e3222147670037b6a7540af25313a26'],
  ['IBAG update', ibagUpdate, 1828, 'fdcbfbe32cceccd23940f35d667da07799fd274f534957cb73a0f057191cfa86'],
  ['IBAG cancel', ibagCancel, 927, '9d54e3bbdd02b91c3c1b62c66ca22bc998218da74864572c3634de66a19f8e66'],
  ['IBAG link test', ibagTest, 453, 'f37ab06cb5ea3079b1da6508f8d9e610bebf257af083a5c19d171a4680045918'],
])('%s has its bytes', (_name, payload, bytes, hash) => {
  const xml = toXml(payload, { allowUpdate: true });
  expect(Buffer.byteLength(xml)).toBe(bytes);
  expect(createHash('sha256').update(xml).digest('hex')).toBe(hash);
});

describe('leaves', () => {
  it('of a CAP alert', () => {
    expect(leavesOf(toXml(capAlert))).toEqual([
      ['identifier', providerMessageId('01')],
      ['sender', sender],
      ['sent', '2021-01-01T12:00:00-00:00'],
      ['status', 'Actual'],
      ['msgType', 'Alert'],
      ['scope', 'Public'],
      ['info/language', 'cy-GB'],
      ['info/category', 'Safety'],
      ['info/event', 'Alert'],
      ['info/urgency', 'Expected'],
      ['info/severity', 'Severe'],
      ['info/certainty', 'Likely'],
      ['info/expires', '2021-01-01T16:00:00-00:00'],
      ['info/senderName', 'GOV.UK Emergency Alerts'],
      ['info/headline', 'GOV.UK Emergency Alert'],
      ['info/description', description],
      ['info/area/areaDesc', 'area-1'],
      ['info/area/polygon', firstPolygon],
      ['info/area/areaDesc', 'area-2'],
      ['info/area/polygon', secondPolygon],
    ]);
  });

  it('of an IBAG alert', () => {
    const leaves = leavesOf(toXml(ibagAlert)).map(([path, text]) => [path.replaceAll('IBAG_', ''), text]);
    expect(leaves).toEqual([
      ['protocol_version', '1.0'],
      ['sending_gateway_id', sender],
      ['message_number', '0000007b'],
      ['sender', sender],
      ['sent_date_time', '2021-01-01T12:00:00-00:00'],
      ['status', 'Actual'],
      ['message_type', 'Alert'],
      ['cap_alert_uri', 'https://www.gov.uk/alerts'],
      ['cap_identifier', providerMessageId('11')],
      ['cap_sent_date_time', '2021-01-01T12:00:00-00:00'],
      ['alert_info/category', 'Safety'],
      ['alert_info/event_code', 'LAE'],
      ['alert_info/severity', 'Severe'],
      ['alert_info/urgency', 'Expected'],
      ['alert_info/certainty', 'Likely'],
      ['alert_info/expires_date_time', '2021-01-01T16:00:00-00:00'],
      ['alert_info/text_language', 'Welsh'],
      ['alert_info/text_alert_message_length', '30'],
      ['alert_info/text_alert_message', description],
      ['alert_info/channel_category', '4370-CAT1-ENGLISH'],
      ['alert_info/Alert_Area/area_description', 'area-1'],
      ['alert_info/Alert_Area/polygon', firstPolygon],
      ['alert_info/Alert_Area/area_description', 'area-2'],
      ['alert_info/Alert_Area/polygon', secondPolygon],
      ['Digital_Signature', ''],
    ]);
  });
});
