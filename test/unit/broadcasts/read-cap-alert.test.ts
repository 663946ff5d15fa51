/** Incoming CAP (broadcasts sheet §9 and §11). */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, test } from 'vitest';
import { readCapAlert, requireCapContentType } from '../../../src/lib/broadcasts/xml/read-cap-alert.ts';
import { ringOf } from './payloads.ts';

const namespace = 'urn:oasis:names:tc:emergency:cap:1.2';
const square = '51.5,0 51.5,1 52,1 51.5,0';

interface Parts {
  readonly identifier?: string;
  readonly sent?: string;
  readonly msgType?: string;
  readonly references?: string;
  readonly info?: string;
  readonly category?: string;
  readonly event?: string;
  readonly expires?: string;
  readonly description?: string;
  readonly areas?: string;
}

const anArea = (polygons: readonly string[], name = 'River Steeping'): string =>
  `<area><areaDesc>${name}</areaDesc>${polygons.map((polygon) => `<polygon>${polygon}</polygon>`).join('')}</area>`;

const element = (name: string, text: string | undefined): string =>
  text === undefined ? '' : `<${name}>${text}</${name}>`;

function anInfo({ category = 'Met', event = 'Flood', expires, description = 'Leave', areas }: Parts): string {
  return (
    `<info><category>${category}</category><event>${event}</event><urgency>Immediate</urgency>` +
    `<severity>Severe</severity><certainty>Likely</certainty>${element('expires', expires)}` +
    `<description>${description}</description>${areas ?? anArea([square])}</info>`
  );
}

function cap(parts: Parts = {}): string {
  return (
    `<alert xmlns="${namespace}"><identifier>${parts.identifier ?? 'abc'}</identifier>` +
    `<sender>www.gov.uk/environment-agency</sender><sent>${parts.sent ?? '2020-02-16T23:01:13-00:00'}</sent>` +
    `<status>Actual</status><msgType>${parts.msgType ?? 'Alert'}</msgType><scope>Public</scope>` +
    `${element('references', parts.references)}${parts.info ?? anInfo(parts)}</alert>`
  );
}

const read = (xml: string | Buffer) => readCapAlert(Buffer.from(xml as string));

async function refusalOf(xml: string | Buffer): Promise<{ code: string; message: string; messages: unknown }> {
  try {
    await read(xml);
  } catch (error) {
    const { code, message, details } = error as { code: string; message: string; details?: { messages: unknown } };
    return { code, message, messages: details?.messages };
  }
  throw new Error('It was not refused');
}

describe('what is taken', () => {
  it('is an alert with its first info', async () => {
    const outline = ringOf(29, 53.1, 0.2);
    const identifier = '50385fcb0ab7aa447bbd46d848ce8466E';
    const event = '053/055 Issue Severe Flood Warning EA';
    const alert = await read(
      cap({
        identifier,
        info:
          anInfo({
            event,
            expires: '2020-02-26T23:14:15-00:00',
            description: 'Act now. ',
            areas: anArea([outline.map(String).join(' ')]) + anArea([square, square], 'Wainfleet'),
          }) + anInfo({ event: 'second' }),
      }),
    );
    expect(alert).toEqual({
      msgType: 'Alert',
      reference: identifier,
      capEvent: event,
      category: 'Met',
      expires: '2020-02-26T23:14:15-00:00',
      content: 'Act now. ',
      areaNames: ['River Steeping', 'Wainfleet'],
      polygons: [
        outline,
        ...[1, 2].map(() => [
          [51.5, 0],
          [51.5, 1],
          [52, 1],
          [51.5, 0],
        ]),
      ],
    });
  });

  test.each([
    ['any white space', '\n 51.5,0\t 51.5,1  52,1\n\n51.5,0 \n'],
    ['signs and exponents', '+51.5,-0 5.15e1,1. 52.0,.1e1 51.50,0'],
    ['more than six places', '51.49999999,0.0000004 51.5,1 52,1 51.49999999,0.0000004'],
  ])('has %s in polygons', async (_name, polygon) => {
    const alert = await read(cap({ areas: anArea([polygon]) }));
    expect(alert).toMatchObject({
      polygons: [
        [
          [51.5, 0],
          [51.5, 1],
          [52, 1],
          [51.5, 0],
        ],
      ],
    });
  });

  it('may lack expires and a description of something', async () => {
    expect(await read(cap({ description: '' }))).toMatchObject({ expires: null, content: '' });
  });

  it('is text as it was meant', async () => {
    const description = 'a &lt;b&gt; &amp;amp; <![CDATA[<c>]]>&#13;\u2028ŵ😀<!-- not this -->';
    expect(await read(cap({ description }))).toMatchObject({ content: 'a <b> &amp; <c>\r\u2028ŵ😀' });
  });

  it('may be in other encodings, and hold signatures, circles and geocodes', async () => {
    const utf16 = Buffer.from(`\ufeff<?xml version="1.0" encoding="UTF-16"?>${cap({ description: 'ŵ' })}`, 'utf16le');
    expect(await read(utf16)).toMatchObject({ content: 'ŵ' });
    const latin1 = Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${cap({ description: 'é' })}`, 'latin1');
    expect(await read(latin1)).toMatchObject({ content: 'é' });
    const more =
      '<circle>1,1 5</circle><geocode><valueName>n</valueName><value>v</value></geocode><altitude>1.5</altitude>';
    const areas = anArea([square]).replace('</area>', `${more}</area>`);
    const signed = cap({ areas }).replace(
      '</alert>',
      '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="x"><ds:SignedInfo/></ds:Signature></alert>',
    );
    expect(await read(signed)).toMatchObject({ areaNames: ['River Steeping'] });
  });

  it('is a cancellation, even without info, with every piece of its references', async () => {
    const references = 'a@b.test,id-1,2020-02-16T23:01:13-00:00 a@b.test,id-2,2020-02-16T23:01:14-00:00';
    expect(await read(cap({ msgType: 'Cancel', references, info: '' }))).toEqual({
      msgType: 'Cancel',
      references: ['a@b.test', 'id-1', '2020-02-16T23:01:13-00:00 a@b.test', 'id-2', '2020-02-16T23:01:14-00:00'],
    });
    expect(await read(cap({ msgType: 'Cancel', references: '\n id ,, ', areas: '' }))).toEqual({
      msgType: 'Cancel',
      references: ['id'],
    });
  });
});

describe('not valid CAP', () => {
  const element = (name: string): string => `Element '{${namespace}}${name}'`;
  test.each([
    [
      'no namespace',
      '<alert/>',
      `Element 'alert': No matching global declaration available for the validation root., line 1`,
    ],
    ['no XML', 'hello', `Start tag expected, '<' not found, line 1, column 1 (<string>, line 1)`],
    ['nothing', '', 'Document is empty, line 1, column 1 (<string>, line 1)'],
    [
      'an end that is missing',
      '<alert>\n<b>\n</alert>',
      'Opening and ending tag mismatch: b line 2 and alert, line 3, column 9 (<string>, line 3)',
    ],
    [
      'references out of place',
      cap().replace('<msgType>', '\n\n<references>x</references><msgType>'),
      `${element('references')}: This element is not expected. Expected is ( {${namespace}}msgType )., line 3`,
    ],
    [
      'references before scope',
      cap().replace('<scope>', '\n\n<references>x</references><scope>'),
      `${element('references')}: This element is not expected. Expected is one of ( {${namespace}}source, {${namespace}}scope )., line 3`,
    ],
    [
      'Z in sent',
      cap({ sent: '2020-02-16T23:01:13Z' }),
      `${element('sent')}: [facet 'pattern'] The value '2020-02-16T23:01:13Z' is not accepted by the pattern '\\d\\d\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d[-,+]\\d\\d:\\d\\d'., line 1`,
    ],
    [
      'a language that is none',
      cap({ info: anInfo({}).replace('<info>', '<info><language>not a lang</language>') }),
      `${element('language')}: 'not a lang' is not a valid value of the atomic type 'xs:language'., line 1`,
    ],
    [
      'an unknown category',
      cap({ category: 'Weather' }),
      `${element('category')}: [facet 'enumeration'] The value 'Weather' is not an element of the set {'Geo', 'Met', 'Safety', 'Security', 'Rescue', 'Fire', 'Health', 'Env', 'Transport', 'Infra', 'CBRNE', 'Other'}., line 1`,
    ],
    [
      'an attribute',
      cap().replace('<scope>', '<scope a="b">'),
      `${element('scope')}, attribute 'a': The attribute 'a' is not allowed., line 1`,
    ],
  ])('%s', async (_name, xml, problem) => {
    expect(await refusalOf(xml)).toMatchObject({
      code: 'REQUEST_INVALID',
      message: `Request data is not valid CAP XML: ${problem}`,
    });
  });

  it('takes a language that is only unusual', async () => {
    const info = anInfo({}).replace('<info>', '<info><language>English</language>');
    expect(await read(cap({ info }))).toMatchObject({ msgType: 'Alert' });
  });
});

describe('attacks', () => {
  const entities = Array.from({ length: 9 }, (_, index) => `<!ENTITY e${index + 1} "${`&e${index};`.repeat(10)}">`);
  const bomb = `<!DOCTYPE alert [<!ENTITY e0 "lol">${entities.join('')}]>`;
  const withEntity = (type: string): string => type + cap({ description: '&x;' });
  test.each([
    ['a billion laughs', bomb + cap({ description: '&e9;' }), /amplification|entity/i],
    ['a billion laughs in an attribute', bomb + cap().replace('<scope', '<scope a="&e9;"'), /amplification|entity/i],
    ['a billion laughs that nobody asks for', bomb + cap(), /A document type declaration is not allowed$/],
    [
      'one large entity, often',
      `<!DOCTYPE alert [<!ENTITY x "${'x'.repeat(100_000)}">]>${cap({ description: '&x;'.repeat(10_000) })}`,
      /amplification/,
    ],
    ['a small entity', withEntity('<!DOCTYPE alert [<!ENTITY x "y">]>'), /A document type declaration is not allowed$/],
    ['a file', withEntity('<!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), /not allowed$/],
    ['a URL', withEntity('<!DOCTYPE alert [<!ENTITY x SYSTEM "http://127.0.0.1:9/">]>'), /not allowed$/],
    ['an external document type', `<!DOCTYPE alert SYSTEM "http://127.0.0.1:9/x.dtd">${cap()}`, /not allowed$/],
    [
      'a parameter entity',
      `<!DOCTYPE alert [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]>${cap()}`,
      /A document type declaration is not allowed$/,
    ],
    ['10 MB of text', cap({ description: 'x'.repeat(10_000_000) }), /XML must be 5000000 characters or fewer$/],
    ['many elements', cap({ info: '<info/>'.repeat(500_000) }), /XML must have 10000 elements or fewer$/],
    ['many bad elements', cap({ info: `<info>${'<category/>'.repeat(9000)}</info>` }), /facet 'enumeration'/],
    ['many attributes', cap().replace('<scope', `<scope ${'a="" '.repeat(20_000)}`), /too many attributes$/],
    ['depth', '<a>'.repeat(9000), /Excessive depth/],
    ['a NUL', cap({ description: 'a\0b' }), /line 1, column/],
    ['an undeclared entity', cap({ description: '&nbsp;' }), /Entity 'nbsp' not defined/],
    ['bytes that are no UTF-8', Buffer.concat([Buffer.from('<alert>'), Buffer.of(0xe9, 0x3c)]), /Invalid bytes/],
  ])('%s is refused soon', async (_name, xml, problem) => {
    const begun = performance.now();
    const { code, message } = await refusalOf(xml);
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(code).toBe('REQUEST_INVALID');
    expect(message).toMatch(problem);
    expect(message).toMatch(/^Request data is not valid CAP XML: /);
    expect(message).not.toMatch(/root:/);
  });

  it('never load what a document names as its schema', async () => {
    const instance = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
    const location = `xsi:schemaLocation="${namespace} http://127.0.0.1:9/x.xsd"`;
    expect(await read(cap().replace('<alert', `<alert ${instance} ${location}`))).toMatchObject({ msgType: 'Alert' });
  });

  it('leave no memory behind', async () => {
    const large = cap({ areas: anArea([ringOf(40_000).map(String).join(' ')]) });
    // Without garbage, of which there is more or less after other tests of this process.
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    await read(large);
    collect();
    const before = process.memoryUsage().rss;
    for (let round = 0; round < 30; round += 1) await read(large);
    collect();
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 ** 2);
  });
});

describe('valid CAP that no broadcast can be made of', () => {
  const ring = (points: string): string => anArea([points]);
  test.each([
    [{ msgType: 'Update' }, ['msgType Update is not one of [Alert, Cancel]']],
    [{ areas: ring(square).replace('River Steeping', ' ') }, ['areas   does not match ([a-zA-Z1-9]+ )*[a-zA-Z1-9]+']],
    [
      { areas: ring(square).replace('River Steeping', '000') },
      ['areas 000 does not match ([a-zA-Z1-9]+ )*[a-zA-Z1-9]+'],
    ],
    [
      { areas: ring('0.27094,51.41723 0.2569,51.41723') },
      ['areas [[0.27094, 51.41723], [0.2569, 51.41723]] is not valid under any of the given schemas'],
    ],
    [
      { areas: ring('50,-1.0 1e-5,2') },
      ['areas [[50.0, -1.0], [1e-05, 2.0]] is not valid under any of the given schemas'],
    ],
    [{ areas: ring('') }, ['areas [] is not valid under any of the given schemas']],
    [{ areas: '' }, ['areas [] is too short']],
    [{ areas: anArea([]) }, ['areas [] is too short']],
    [{ areas: ring('51,0 51,1 52,1 52,0') }, ['areas polygon is not closed']],
    [{ areas: ring('91,0 51,1 52,1 91,0') }, ['areas polygon has a point that is no latitude and longitude: 91,0']],
    [{ areas: ring('51,0 north 52,1 51,0') }, ['areas polygon has a point that is no latitude,longitude: north']],
    [{ areas: ring('51,0 51,nan 52,1 51,0') }, ['areas polygon has a point that is no latitude,longitude: 51,nan']],
    [{ areas: ring('51,0 51,1,2 52,1 51,0') }, ['areas polygon has a point that is no latitude,longitude: 51,1,2']],
    [{ areas: ring('51, 0 51, 1') }, ['areas polygon has a point that is no latitude,longitude: 51,']],
    [
      { info: '' },
      [
        'category None is not one of [Geo, Met, Safety, Security, Rescue, Fire, Health, Env, Transport, Infra, CBRNE, Other]',
        'content None is not of type string',
        'areas [] is too short',
      ],
    ],
    [{ info: anInfo({}).replace('<description>Leave</description>', '') }, ['content None is not of type string']],
    [{ identifier: 'x'.repeat(256) }, [`reference ${'x'.repeat(255)}… is too long`]],
    [{ event: 'x'.repeat(256) }, [`cap_event ${'x'.repeat(255)}… is too long`]],
    [{ description: 'a'.repeat(1396) }, ['description must be 1,395 characters or fewer']],
    [
      { description: 'ŵ'.repeat(616) },
      ['description must be 615 characters or fewer (because it could not be GSM7 encoded)'],
    ],
    [
      { areas: anArea([square, '51,0 51,1 52,1 52,0'], '0') },
      ['areas 0 does not match ([a-zA-Z1-9]+ )*[a-zA-Z1-9]+', 'areas polygon is not closed'],
    ],
  ])('%#: %j', async (parts: Parts, messages) => {
    expect(await refusalOf(cap(parts))).toEqual({ code: 'VALIDATION_FAILED', message: messages.join('; '), messages });
  });

  test.each([
    [{ msgType: 'Cancel' }, 'Missing <references>'],
    [{ msgType: 'Cancel', references: ' , ' }, 'Missing <references>'],
    [{ areas: anArea(Array.from({ length: 1001 }, () => square)) }, 'Too many polygons (1001); the maximum is 1000'],
    [
      { areas: anArea([ringOf(50_001).map(String).join(' ')]), description: 'a'.repeat(1396) },
      'Too many coordinates (50001); the maximum is 50000',
    ],
  ])('%# is refused in words of its own', async (parts: Parts, message) => {
    expect(await refusalOf(cap(parts))).toMatchObject({ code: 'REQUEST_INVALID', message });
  });

  it('takes exactly the most', async () => {
    const parts = {
      identifier: 'x'.repeat(255),
      description: 'a'.repeat(1395),
      areas: anArea(Array(1000).fill(square)),
    };
    expect(await read(cap(parts))).toMatchObject({ msgType: 'Alert' });
  });
});

test.each([
  [undefined, 'None'],
  ['application/json', 'application/json'],
  ['application/cap+xml; charset=utf-8', 'application/cap+xml; charset=utf-8'],
  ['Application/CAP+XML', 'Application/CAP+XML'],
])('content type %s is refused', (contentType, shown) => {
  expect(() => requireCapContentType(contentType)).toThrow(
    expect.objectContaining({ code: 'CONTENT_TYPE_UNSUPPORTED', message: `Content type ${shown} not supported` }),
  );
  expect(() => requireCapContentType('application/cap+xml')).not.toThrow();
});
