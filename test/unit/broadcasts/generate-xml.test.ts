import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { broadcastChannels } from '../../../src/lib/broadcasts/channel.ts';
import { generateXml } from '../../../src/lib/broadcasts/xml/generate-xml.ts';
import { illegalXmlCharacter } from '../../../src/lib/broadcasts/xml/xml-characters.ts';
import { noon, textsAt, toXml } from './documents.ts';
import { capAlert, capCancel, capTest, capUpdate, ibagAlert, ibagCancel, ibagTest, ringOf } from './payloads.ts';

const capText = 'info/description';
const ibagText = 'IBAG_alert_info/IBAG_text_alert_message';

describe('channels', () => {
  test.each([
    ['test', 'RMT', '4380-CAT5-ENGLISH'],
    ['operator', 'OPR', '4382-CAT7-ENGLISH'],
    ['severe', 'Alert', '4378-CAT3-ENGLISH'],
    ['government', 'EAN', '4370-CAT1-ENGLISH'],
  ])('%s', (channel, event, category) => {
    expect(textsAt(toXml({ ...capAlert, channel }), 'info/event')).toEqual([event]);
    const ibag = toXml({ ...ibagAlert, channel });
    expect(textsAt(ibag, 'IBAG_alert_info/IBAG_channel_category')).toEqual([category]);
  });

  it('are all there', () => {
    expect(broadcastChannels).toEqual(['test', 'operator', 'severe', 'government']);
  });
});

describe('languages', () => {
  test.each([
    ['en-GB', 'en-GB', 'English'],
    ['English', 'en-GB', 'English'],
    ['cy-GB', 'cy-GB', 'Welsh'],
    ['Welsh', 'cy-GB', 'Welsh'],
  ])('%s is spelt as each format does', (language, cap, ibag) => {
    expect(textsAt(toXml({ ...capAlert, language }), 'info/language')).toEqual([cap]);
    expect(textsAt(toXml({ ...ibagAlert, language }), 'IBAG_alert_info/IBAG_text_language')).toEqual([ibag]);
  });

  test.each([
    ['plain', 'en-GB'],
    ['mŷ-description', 'cy-GB'],
    ['à è é ì ò ù ä ö ü', 'en-GB'],
  ])('of %s is %s when none is stated', (description, expected) => {
    expect(textsAt(toXml({ ...capAlert, description }), 'info/language')).toEqual([expected]);
    expect(textsAt(toXml({ ...capAlert, description, language: null }), 'info/language')).toEqual([expected]);
  });
});

describe('text', () => {
  test.each([
    ['&amp; &#13; &lt;', '&amp;amp; &amp;#13; &amp;lt;'],
    ['a & b < c > d "e" \'f\' ]]>', 'a &amp; b &lt; c &gt; d "e" \'f\' ]]&gt;'],
    ['one\r\ntwo\rthree\n', 'one&#13;\ntwo&#13;three\n'],
    ['  blanks \t kept  ', '  blanks \t kept  '],
    ['\u007f\u0085\u009f\u2028\ufffd😀', '\u007f\u0085\u009f\u2028\ufffd😀'],
    ['$& $1 $$', '$&amp; $1 $$'],
    ['', ''],
  ])('%j is escaped once and kept', (description, escaped) => {
    const [cap, ibag] = [toXml({ ...capAlert, description }), toXml({ ...ibagAlert, description })];
    expect(cap).toContain(`<description>${escaped}</description>`);
    expect(ibag).toContain(`<IBAG_text_alert_message>${escaped}</IBAG_text_alert_message>`);
    expect(ibag).toContain(`_length>${Buffer.byteLength(description)}</IBAG`);
    expect([...textsAt(cap, capText), ...textsAt(ibag, ibagText)]).toEqual([description, description]);
  });

  test.each([
    ['\0', 'U+0000'],
    ['\u001b', 'U+001B'],
    ['\u0008', 'U+0008'],
    ['\u000b', 'U+000B'],
    ['\ufffe', 'U+FFFE'],
    ['\uffff', 'U+FFFF'],
    ['\ud83d', 'U+D83D'],
    ['\ude00', 'U+DE00'],
  ])('%j is refused', (character, name) => {
    const description = `a${character}b`;
    expect(() => toXml({ ...capAlert, description })).toThrow(`description holds ${name}`);
    // Also where a payload was not read but made.
    const payload = { ...capAlert, description } as never;
    expect(() => generateXml(payload, { clock: noon })).toThrow(`description holds ${name}`);
  });

  it('of any kind is read back as it was, in either format', () => {
    const texts = fc.string({ unit: 'binary', maxLength: 60 }).filter((text) => illegalXmlCharacter(text) === null);
    fc.assert(
      fc.property(texts, (description) => {
        expect(textsAt(toXml({ ...capAlert, description }), capText)).toEqual([description]);
        expect(textsAt(toXml({ ...ibagAlert, description }), ibagText)).toEqual([description]);
      }),
    );
  });

  it('with markup of any kind is read back as it was', () => {
    const pieces = [
      '&',
      '<',
      '>',
      '"',
      "'",
      '&amp;',
      '&#13;',
      '\r',
      '\n',
      ' ',
      ']]>',
      '<!--',
      '-->',
      '<?x?>',
      'ŵ',
      'a',
    ];
    const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((list) => list.join(''));
    fc.assert(
      fc.property(texts, (description) => {
        expect(textsAt(toXml({ ...capAlert, description }), capText)).toEqual([description]);
      }),
    );
  });
});

describe('polygons', () => {
  it('are written in plain decimals, latitude first', () => {
    const polygon = [
      [50, -0],
      [1e-7, -1.25e-7],
      [51.1234567890123, -180],
      [50, 0],
    ];
    const [text] = textsAt(toXml({ ...capAlert, areas: [{ polygon }] }), 'info/area/polygon');
    expect(text).toBe('50,0 0.0000001,-0.000000125 51.1234567890123,-180 50,0');
  });

  it('of any degrees are read back as they were', () => {
    const degrees = (most: number) => fc.double({ min: -most, max: most, noNaN: true }).map((value) => value + 0);
    const points = fc.array(fc.tuple(degrees(90), degrees(180)), { minLength: 3, maxLength: 8 });
    fc.assert(
      fc.property(points, (open) => {
        const polygon = [...open, open[0]!];
        const [text = ''] = textsAt(toXml({ ...ibagAlert, areas: [{ polygon }] }), ibagPolygon);
        expect(text).not.toMatch(/e/);
        const read = text.split(' ').map((pair) => pair.split(',').map(Number));
        for (const [index, [latitude, longitude]] of polygon.entries()) {
          expect(read[index]![0]).toBeCloseTo(latitude, 12);
          expect(read[index]![1]).toBeCloseTo(longitude, 12);
        }
      }),
    );
  });

  const ibagPolygon = 'IBAG_alert_info/IBAG_Alert_Area/IBAG_polygon';

  it('of one area stand together', () => {
    const areas = [{ polygons: [ringOf(4), ringOf(5)] }, { polygon: ringOf(6), polygons: [ringOf(7)] }];
    const count = (text: string): number => text.split(' ').length;
    expect(textsAt(toXml({ ...capAlert, areas }), 'info/area/polygon').map(count)).toEqual([4, 5, 6, 7]);
    expect(textsAt(toXml({ ...ibagAlert, areas }), ibagPolygon).map(count)).toEqual([4, 5, 6, 7]);
    expect(textsAt(toXml({ ...capAlert, areas }), 'info/area/areaDesc')).toEqual(['area-1', 'area-2']);
  });

  it('may be missing in IBAG beside geocodes, and in what was not read', () => {
    const ibag = toXml({ ...ibagAlert, areas: [{ geocodes: ['E09000001', 'E09000002'] }] });
    expect(ibag).toContain(
      '<IBAG_area_description>area-1</IBAG_area_description>' +
        '<IBAG_geocode>E09000001</IBAG_geocode><IBAG_geocode>E09000002</IBAG_geocode></IBAG_Alert_Area>',
    );
    const nowhere = { ...capAlert, areas: [{ polygon: [] }] } as never;
    expect(generateXml(nowhere, { clock: noon })).toContain('<areaDesc>area-1</areaDesc><polygon></polygon>');
  });
});

describe('options of CAP', () => {
  const options = { web: 'https://x.test/?a=1&b=2', sender: 'a/b@c.test', sender_name: 'Name' };
  const areas = [{ polygon: ringOf(4), description: 'North & South' }];

  it('are written', () => {
    const xml = toXml({ ...capUpdate, ...options, areas }, { allowUpdate: true });
    expect(textsAt(xml, 'info/web')).toEqual([options.web]);
    expect(textsAt(xml, 'info/senderName')).toEqual(['Name']);
    expect(textsAt(xml, 'sender')).toEqual(['a/b@c.test']);
    expect(textsAt(xml, 'references')[0]).toMatch(/^a\/b@c\.test,/);
    expect(textsAt(xml, 'info/area/areaDesc')).toEqual(['North & South']);
    expect(xml).toContain('</description><web>');
  });

  it('are no part of IBAG', () => {
    expect(toXml({ ...ibagAlert, ...options, areas })).toBe(toXml({ ...ibagAlert, areas: [{ polygon: ringOf(4) }] }));
  });
});

describe('kinds of message', () => {
  it('refuses updates until they are enabled', () => {
    expect(() => toXml(capUpdate)).toThrow('broadcast updates are not enabled');
    expect(toXml(capUpdate, { allowUpdate: true })).toContain('<msgType>Update</msgType>');
  });

  it('dates a link test with the present minute when it states none', () => {
    for (const payload of [capTest, ibagTest]) {
      const xml = toXml({ ...payload, sent: undefined });
      expect(xml).toContain('2026-03-04T12:34:00+00:00');
    }
  });

  it('names all earlier messages in CAP, the last one in IBAG', () => {
    const references = ['0000004e', '0000007b'].map((message_number, index) => ({
      message_id: `id-${index}`,
      message_number,
      sent: `sent-${index}`,
    }));
    const sender = 'broadcasts@notifications.service.gov.uk';
    expect(textsAt(toXml({ ...capCancel, references }), 'references')).toEqual([
      `${sender},id-0,sent-0 ${sender},id-1,sent-1`,
    ]);
    const ibag = toXml({ ...ibagCancel, references });
    expect(textsAt(ibag, 'IBAG_referenced_message_number')).toEqual(['0000007b']);
    expect(textsAt(ibag, 'IBAG_referenced_message_cap_identifier')).toEqual(['id-1']);
    expect(ibag).not.toContain('0000004e');
  });
});
