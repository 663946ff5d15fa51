/** The vectors of the original through the line functions of the commands (templating sheet §11). */
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { renderTemplateLine } from '../../../src/lib/cli/jsonl-templates.ts';
import { drawQrCode } from '../../../src/lib/templates/draw-qr-code.ts';
import { validateRecipientLine } from '../../../src/lib/recipients/validate-recipient.ts';
import type { RecipientType } from '../../../src/lib/recipients/validate-recipient.ts';

interface RawVector {
  /** As it stands in the file: numbers keep their spelling. */
  readonly inputText: string;
  readonly input: Record<string, unknown>;
  readonly expected: Record<string, unknown>;
}

function readRawVectors(fileName: string): RawVector[] {
  const text = readFileSync(new URL(`../../vectors/${fileName}`, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const inputText = line.slice('{"input": '.length, line.indexOf(', "expected": {'));
      const vector = JSON.parse(line) as Omit<RawVector, 'inputText'>;
      expect(JSON.parse(inputText)).toEqual(vector.input);
      return { ...vector, inputText };
    });
}

function pick(values: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}

describe('templates render', () => {
  const render = (line: string): Record<string, unknown> => {
    const { processed, json } = renderTemplateLine(line);
    expect(processed).toBe(true);
    return JSON.parse(json) as Record<string, unknown>;
  };

  test.each(readRawVectors('render-sms.jsonl'))('sms $input', ({ inputText, expected }) => {
    const answer = render(inputText);
    const same = [
      'missing',
      'api_body',
      'character_count',
      'character_count_without_prefix',
      'fragment_count',
      'encoding',
    ];
    const names = [...same, 'too_long', 'empty'];
    expect(pick(answer, names)).toEqual(pick(expected, names));
    expect([answer['ok'], answer['sms_text']]).toEqual([true, expected['body']]);
  });

  test.each(readRawVectors('render-email.jsonl'))('email $input', ({ inputText, expected }) => {
    const answer = render(inputText);
    const names = ['missing', 'subject', 'html_subject', 'plain_text', 'html_body', 'preheader', 'empty'];
    expect(pick(answer, names)).toEqual(pick(expected, names));
    expect(answer['api_body']).toBe(expected['body']);
    expect(answer['html']).toContain(String(expected['html_body']));
  });

  test.each(readRawVectors('render-letter.jsonl'))('letter $input', ({ inputText, expected }) => {
    const answer = render(inputText);
    expect(pick(answer, ['missing', 'subject'])).toEqual(pick(expected, ['missing', 'subject']));
    expect(answer['api_body']).toBe(expected['body']);
    const html = String(expected['html_body']).replace(/\[\[QR:([0-9a-f]*)\]\]/g, (_tag, hex: string) =>
      drawQrCode(Buffer.from(hex, 'hex').toString('utf8')),
    );
    expect(answer['html_body']).toBe(html);
    expect(answer['too_long']).toBe(expected['qr_too_long'] !== null);
  });

  it('leaves out what does not apply', () => {
    const keys = (type: string): string[] => Object.keys(render(JSON.stringify({ type, content: 'x' })));
    expect(keys('sms')).not.toContain('subject');
    expect(keys('email')).not.toContain('sms_text');
    expect(keys('letter')).not.toContain('plain_text');
  });

  it('sanitises the values of emails only', () => {
    const line = (type: string): string =>
      JSON.stringify({ type, content: '((a))', personalisation: { a: 'x.gov.uk *y*' }, sanitise_content_for: ['A'] });
    expect(render(line('email'))['api_body']).toBe('x\\. gov\\. uk \\*y\\*');
    expect(render(line('sms'))['api_body']).toBe('x.gov.uk *y*');
  });

  it('keeps the spelling of numbers', () => {
    const line = '{"type": "sms", "content": "((a)) ((b))", "personalisation": {"a": 1.0, "b": 12345678901234567890}}';
    expect(render(line)['sms_text']).toBe('1.0 12345678901234567890');
  });

  test.each([
    ['{"type": "sms"}', 'content is a required property'],
    ['{"content": "x"}', 'type is a required property'],
    ['{"type": "fax", "content": "x"}', 'type is not one of [sms, email, letter]'],
    ['{"type": "sms", "content": 1}', 'content is not of type string'],
    ['{"type": "sms", "content": "x", "personalisation": []}', 'personalisation is not of type object'],
    ['{"type": "sms", "content": "x", "prefix": 1}', 'prefix is not of type string'],
    ['{"type": "email", "content": "x", "sanitise_content_for": "a"}', 'sanitise_content_for is not of type array'],
  ])('refuses %s', (line, error) => {
    const { processed, json } = renderTemplateLine(line);
    expect([processed, JSON.parse(json)]).toEqual([false, { ok: false, error }]);
  });
});

describe('recipients validate', () => {
  const types: RecipientType[] = ['sms', 'email', 'letter'];
  const left = ['v2_error', 'numeric_sender', 'line_count'];
  const regrouped: Record<string, string> = { '298215318': '+298 21 53 18' };

  describe.each(types)('%s', (type) => {
    const vectors = readRawVectors(`recipients-${type}.jsonl`).filter(
      ({ expected }) => !('newer_metadata' in expected),
    );

    test.each(vectors)('$input', ({ input, inputText, expected }) => {
      const options = { type, international: input['international'] === true, landlines: input['landlines'] === true };
      const { processed, report } = validateRecipientLine(inputText, options);
      const names = Object.keys(expected).filter((name) => !left.includes(name));
      const wanted = pick(expected, names);
      // Its grouping is a matter of metadata.
      if ('human' in wanted) wanted['human'] = regrouped[String(expected['normalised'])] ?? wanted['human'];
      expect(processed).toBe(true);
      expect(pick({ ...report }, names)).toEqual(wanted);
    });
  });
});
