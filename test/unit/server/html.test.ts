import { expect, it } from 'vitest';
import { html as tag, Html } from '../../../src/server/html.ts';

it('escapes texts for content and for quoted attributes', () => {
  const evil = `<script>"&'</script>`;
  const escaped = '&#60;script&#62;&#34;&#38;&#39;&#60;/script&#62;';
  expect(tag`<a title="${evil}">${evil}</a>`.text).toBe(`<a title="${escaped}">${escaped}</a>`);
});

it('takes HTML as it is, in lists too, and null for nothing', () => {
  const items = ['a', '<'].map((name) => tag`<li>${name}</li>`);
  expect(tag`<ul>${items}</ul>${null}${0}${''}${new Html('<hr>')}`.text).toBe('<ul><li>a</li><li>&#60;</li></ul>0<hr>');
});

it('does not take for HTML what only looks like it', () => {
  const posing = JSON.parse('{"text": "<b>"}') as Html;
  expect(() => tag`${posing}`).toThrow(TypeError);
  expect(() => tag`${[posing]}`).toThrow(TypeError);
});
