import { describe, expect, it, test } from 'vitest';
import { renderSmsPreview } from '../../../src/lib/templates/sms-preview.ts';

function message(content: string, prefix: string | null = null): string {
  const html = renderSmsPreview({ content, personalisation: { n: '<i>' }, prefix });
  return /^<div class="sms-message-wrapper" dir="auto">(.*)<\/div>$/s.exec(html)![1]!;
}

describe('previews of text messages', () => {
  test.each([
    ['a <b> ((n))', 'a &lt;b&gt; &lt;i&gt;'],
    ['a\n\n\n\nb  c , d', 'a<br><br>b c, d'],
    ['“a” 😀', '"a" ?'],
    ['gov.uk', '<a href="http://gov.uk">gov.uk</a>'],
    ['https://e.org/?a=1&b=2.', '<a href="https://e.org/?a=1&amp;b=2">https://e.org/?a=1&amp;b=2</a>.'],
    ['(see e.org/a_(b)).', '(see <a href="http://e.org/a_%28b%29">e.org/a_(b)</a>).'],
    ['[e.org/x]:,', '[<a href="http://e.org/x">e.org/x</a>]:,'],
    ['e.org/"x', '<a href="http://e.org/%22x">e.org/"x</a>'],
    ['a@b.com', 'a@b.com'],
    ['hi ((name))', "hi <span class='placeholder'>&#40;&#40;name&#41;&#41;</span>"],
  ])('%j', (content, html) => {
    expect(message(content)).toBe(html);
  });

  it('show the prefix', () => {
    expect(message('x', ' A & B ')).toBe('A &amp; B: x');
  });

  it('show sender and recipient when given', () => {
    const html = renderSmsPreview({ content: 'x', personalisation: {}, prefix: null, sender: 'GOV<', recipient: '07' });
    expect(html).toBe(
      '<p class="sms-message-sender">From: GOV&lt;</p><p class="sms-message-recipient">To: 07</p>' +
        '<div class="sms-message-wrapper" dir="auto">x</div>',
    );
  });
});
