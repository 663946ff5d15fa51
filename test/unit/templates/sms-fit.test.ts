import { describe, expect, it } from 'vitest';
import { renderSms } from '../../../src/lib/templates/render-sms.ts';
import { createSmsFit } from '../../../src/lib/templates/sms-fit.ts';
import { smsCharacterLimit } from '../../../src/lib/templates/template.ts';

describe('a quick look at the texts of a template', () => {
  it.each([
    { content: 'Hello ((name)), see you on ((day))', longest: 20, fits: true },
    { content: 'Hello ((name)), see you on ((day))', longest: 135, fits: true },
    { content: 'Hello ((name)), see you on ((day))', longest: 137, fits: false },
    { content: 'Hello', longest: Infinity, fits: false },
    { content: '((name))', longest: 1, fits: false },
    { content: '((name??Hello))', longest: 1, fits: false },
    { content: ' . ((name))\n', longest: 1, fits: false },
    { content: 'x'.repeat(306), longest: 0, fits: true },
    { content: 'x'.repeat(307), longest: 0, fits: false },
  ])('at $content with values up to $longest says $fits', ({ content, longest, fits }) => {
    expect(createSmsFit(content)(longest)).toBe(fits);
  });

  const values = ['…', 'é', ' ', '\n', 'Ω', '😀', '\u200b', 'a', ',', 'ŵ'];
  it.each(values)('promises nothing of values full of %j that rendering does not keep', (character) => {
    for (const content of ['A ((x)) ((x??yes)) ((x))', 'A((x))', '((x)) 1 ((x)) ((x))', '…'.repeat(200) + 'b((x))']) {
      const fits = createSmsFit(content);
      for (let length = 1; length < 400; length += 7) {
        const x = character.repeat(length);
        if (!fits(x.length)) continue;
        const { characterCountWithoutPrefix, empty, tooLong } = renderSms({
          content,
          personalisation: { x },
          prefix: null,
        });
        expect({ empty, tooLong }).toEqual({ empty: false, tooLong: false });
        expect(characterCountWithoutPrefix).toBeLessThanOrEqual(smsCharacterLimit);
      }
    }
  });
});
