import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { describe, expect, it, test } from 'vitest';
import fc from 'fast-check';
import { answerLines, exitCodeOf, longestLine, type LineHandler } from '../../../src/lib/cli/jsonl.ts';
import { answerRecord, requiredText } from '../../../src/lib/cli/jsonl-record.ts';

const echo: LineHandler = (line) => ({ processed: line !== 'bad', json: JSON.stringify(line) });

/** Runs lines through `answerLines`; the output is slow, and refuses to be flooded. */
async function answer(chunks: Iterable<Buffer>, handler: LineHandler = echo) {
  const written: string[] = [];
  const output = new Writable({
    highWaterMark: 16,
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      written.push(chunk);
      setImmediate(done);
    },
  });
  async function* input(): AsyncGenerator<Buffer> {
    yield* chunks;
  }
  const counts = await answerLines(input(), output, handler);
  await finished(output.end());
  return { counts, lines: written.join('').split('\n').slice(0, -1), writes: written.length };
}

function* cut(bytes: Buffer, size: number): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

describe('lines', () => {
  it('are answered in order, wherever the input is cut', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', ' ', 'é', '😀', '\r', '"'), maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), fc.integer({ min: 1, max: 9 }), async (lines, size) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
        const { counts, lines: answers } = await answer(cut(bytes, size));
        expect(answers).toEqual(lines.map((text) => JSON.stringify(text)));
        expect(counts.lines).toBe(lines.length);
      }),
      { numRuns: 200 },
    );
  });

  it('need no line end at the end, and may begin with a BOM', async () => {
    expect((await answer([Buffer.from('\ufeffa\nb')])).lines).toEqual(['"a"', '"b"']);
    expect((await answer(cut(Buffer.from('\ufeffa\nb'), 1))).lines).toEqual(['"a"', '"b"']);
    expect((await answer([])).lines).toEqual([]);
  });

  it('are written in batches', async () => {
    const { lines, writes } = await answer([Buffer.from('x\n'.repeat(50_000))]);
    expect(lines).toHaveLength(50_000);
    expect(writes).toBeLessThan(10);
  });

  it('stop being answered when nobody reads the answers', async () => {
    let taken = 0;
    const closed = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    });
    async function* input(): AsyncGenerator<Buffer> {
      for (; taken < 1000; taken += 1) yield Buffer.from('x\n'.repeat(10_000));
    }
    await answerLines(input(), closed, echo);
    expect(taken).toBeLessThan(10);
  });

  it('that cannot be written fail the run', async () => {
    const full = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('no space left'), { code: 'ENOSPC' })),
    });
    async function* input(): AsyncGenerator<Buffer> {
      yield Buffer.from('x\n');
    }
    await expect(answerLines(input(), full, echo)).rejects.toThrow('no space left');
  });

  it('that are no UTF-8 are no JSON', async () => {
    const json: LineHandler = (line) => answerRecord(line, () => ({}));
    const bytes = Buffer.concat([Buffer.from('{}\n{"a":"'), Buffer.from([0xe9]), Buffer.from('"}\n{}\n')]);
    const { lines } = await answer([bytes], json);
    expect(lines).toEqual(['{}', '{"ok":false,"error":"Line is not valid JSON"}', '{}']);
  });

  it('that are too long are answered, not kept', async () => {
    const piece = Buffer.alloc(1024 * 1024, 'a');
    function* chunks(): Generator<Buffer> {
      for (let size = 0; size <= longestLine; size += piece.length) yield piece;
      yield Buffer.from('\nb\n');
    }
    const { lines, counts } = await answer(chunks());
    expect(lines).toEqual(['{"ok":false,"error":"Line is longer than 64 MiB"}', '"b"']);
    expect(counts).toEqual({ lines: 2, failed: 1 });
  });
});

test('the exit status tells how many lines failed', () => {
  expect([
    exitCodeOf({ lines: 0, failed: 0 }),
    exitCodeOf({ lines: 2, failed: 0 }),
    exitCodeOf({ lines: 2, failed: 1 }),
    exitCodeOf({ lines: 2, failed: 2 }),
  ]).toEqual([0, 0, 3, 1]);
});

describe('records', () => {
  const read = (line: string): string => answerRecord(line, (record) => ({ text: requiredText(record, 'text') })).json;

  test.each([
    ['{"text": "x"}', '{"text":"x"}'],
    ['{"text": null}', '{"ok":false,"error":"text is not of type string"}'],
    ['{"text": 1.0}', '{"ok":false,"error":"text is not of type string"}'],
    ['{}', '{"ok":false,"error":"text is a required property"}'],
    ['{"__proto__": {"text": "x"}}', '{"ok":false,"error":"text is a required property"}'],
    ['[]', '{"ok":false,"error":"Line is not a JSON object"}'],
    ['1.0', '{"ok":false,"error":"Line is not a JSON object"}'],
    ['null', '{"ok":false,"error":"Line is not a JSON object"}'],
    ['', '{"ok":false,"error":"Line is not valid JSON"}'],
    ['{"text": "x"', '{"ok":false,"error":"Line is not valid JSON"}'],
  ])('%s', (line, json) => {
    expect(read(line)).toBe(json);
  });

  it('that fail for an unknown reason do not end the run', () => {
    const { processed, json } = answerRecord('{}', () => {
      throw new RangeError('Invalid string length');
    });
    expect([processed, json]).toEqual([false, '{"ok":false,"error":"Unexpected: Invalid string length"}']);
  });
});
