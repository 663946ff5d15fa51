import { expect, it } from 'vitest';
import { createPrintToken } from '../../../src/lib/print-runs/print-token.ts';

let time = 0;
const clock = { now: () => new Date(time) };

function jwt(claims: object): string {
  return ['{}', JSON.stringify(claims), ''].map((part) => Buffer.from(part).toString('base64url')).join('.');
}

function tokens(answers: readonly string[]) {
  let asked = 0;
  const token = createPrintToken({ clock, authenticate: async () => answers[asked++]! });
  return { token, asked: () => asked };
}

it.each([
  ['until a minute before it ends', jwt({ exp: 3600 }), 3_539_999, 3_540_000],
  ['for a while when it does not say when it ends', 'opaque', 239_999, 240_000],
  ['for a while when its end is no number', jwt({ exp: 'soon' }), 239_999, 240_000],
  ['not at all when it ends at once', jwt({ exp: 30 }), -1, 0],
])('a token is kept %s', async (_what, first, last, renewed) => {
  time = 0;
  const { token, asked } = tokens([first, 'second']);
  expect(await token.get()).toBe(first);
  if (last > 0) {
    time = last;
    expect(await token.get()).toBe(first);
    expect(asked()).toBe(1);
  }
  time = renewed;
  expect(await token.get()).toBe('second');
});

it('is asked for once by all who need it', async () => {
  time = 0;
  const { token, asked } = tokens(['one', 'two']);
  expect(await Promise.all([token.get(), token.get(), token.get()])).toEqual(['one', 'one', 'one']);
  token.drop('another');
  expect(await token.get()).toBe('one');
  token.drop('one');
  expect(await token.get()).toBe('two');
  expect(asked()).toBe(2);
});

it('is asked for again after a failure', async () => {
  let failing = true;
  const token = createPrintToken({
    clock,
    authenticate: async () => {
      if (failing) throw new Error('no');
      return 'one';
    },
  });
  await expect(token.get()).rejects.toThrow('no');
  failing = false;
  expect(await token.get()).toBe('one');
});
