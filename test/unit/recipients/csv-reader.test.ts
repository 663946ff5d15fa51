import { describe, expect, it, test } from 'vitest';
import fc from 'fast-check';
import { checkCsvSource } from '../../../src/lib/recipients/csv/check-csv.ts';
import type { CsvRow } from '../../../src/lib/recipients/csv/check-row.ts';
import {
  delimiterOf,
  largestFile,
  readUploadedText,
  type CsvSource,
} from '../../../src/lib/recipients/csv/csv-source.ts';
import { tabsToCommas } from '../../../src/lib/recipients/csv/tabs-to-commas.ts';
import { measureSource, readRecordsOfSource, readRecordsOfText } from '../../../src/lib/recipients/csv/read-records.ts';
import { checkText, csvOptions, sourceOf } from './csv-check.ts';
import { readVectors } from './vector-file.ts';

const cellsOf = (text: string): string[][] => [...readRecordsOfText(text)].map(({ cells }) => cells);

async function readSource(source: CsvSource) {
  const records = readRecordsOfSource(source, await measureSource(source));
  const cells: string[][] = [];
  for (;;) {
    const { done, value } = await records.next();
    if (done === true) return { cells, unclosed: value };
    for (const record of value) cells.push(record.cells);
  }
}

describe('the dialect', () => {
  test.each<[string, string[][]]>([
    ['a, "x, y" ,c', [['a', 'x, y ', 'c']]],
    ['a,b "q" c', [['a', 'b "q" c']]],
    ['"a""b"', [['a"b']]],
    ['"a" "b,c"', [['a "b', 'c"']]],
    ['a\n\nb', [['a'], [''], ['b']]],
    ['a,"b\n\nc"', [['a', 'b\n\nc']]],
    ['a,"b\r\nc"\r\nd', [['a', 'b\r\nc'], ['d']]],
    ['a,"b', [['a', 'b']]],
    ['a,"', [['a', '']]],
    ['a,"b""', [['a', 'b"']]],
    ['a,"b,,\n ,\n', [['a', 'b']]],
    ['a\rb\r\rc', [['a'], ['b'], [''], ['c']]],
    ['a\0b,"\0"', [['a\0b', '\0']]],
    ['\ufeff \n\u00a0a,b \n,,\n', [['a', 'b']]],
    ['a,\u3000b,\u3000', [['a', '\u3000b', '']]],
    ['\ud800,"\udc00"', [['\ud800', '\udc00']]],
    ['', []],
    [' ,\n,', []],
  ])('%j', (text, records) => {
    expect(cellsOf(text)).toEqual(records);
  });

  it('knows where an unclosed quote begins', () => {
    const records = readRecordsOfText('\n\na,b\nc,"d\ne,f\n');
    let next = records.next();
    const lines: number[] = [];
    while (next.done !== true) {
      lines.push(next.value.line);
      next = records.next();
    }
    expect(lines).toEqual([3, 4]);
    expect(next.value).toEqual({ line: 4, column: 1 });
  });

  it('takes a text with closed quotes as it was written', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', '\r', 'é', '😀'), maxLength: 6 });
    const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(rows, (table) => {
        const quoted = table.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(','));
        expect(cellsOf(quoted.join('\n'))).toEqual(table);
      }),
    );
  });
});

describe('a stream', () => {
  // eslint-disable-next-line no-control-regex -- the separators U+001C-001E end lines
  const normalised = (text: string): string => text.replace(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g, '\r\n');

  it('is read as its text is, wherever it is cut', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', '\u2028', '\v', 'é', '😀', '\ufeff', '\u3000'),
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 5 }), async (content, chunkSize) => {
        expect((await readSource(sourceOf(content, chunkSize))).cells).toEqual(cellsOf(normalised(content)));
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same rows as text, for every vector', async () => {
    interface Input {
      csv: string;
      template_type: 'sms' | 'email' | 'letter';
      content: string;
      subject: string | null;
      max_rows: number | null;
    }
    for (const { input } of readVectors<Input, unknown>('csv.jsonl')) {
      const options = csvOptions(input.template_type, input.content, {
        subject: input.subject ?? '',
        ...(input.max_rows !== null && { maxRows: input.max_rows }),
      });
      const run = await checkCsvSource(sourceOf(input.csv, 11), options);
      const rows: (CsvRow | null)[] = [];
      for await (const row of run.rows) rows.push(row);
      const text = checkText(normalised(input.csv), options);
      expect(rows).toEqual(text.rows);
      expect(run.summary()).toEqual(text.summary);
    }
  });

  it('knows no summary before its end', async () => {
    const run = await checkCsvSource(sourceOf('phone number\n07900900123'), csvOptions('sms', 'x'));
    expect(() => run.summary()).toThrow('The rows have not been read to their end');
  });

  it('may be left early', async () => {
    const run = await checkCsvSource(
      sourceOf(`phone number\n${'07900900123\n'.repeat(50_000)}`, 1000),
      csvOptions('sms', 'x'),
    );
    for await (const row of run.rows) {
      expect(row?.recipient).toBe('07900900123');
      break;
    }
  });

  it('may be separated by tabs', async () => {
    const { cells } = await readSource(tabsToCommas(sourceOf('a\t"b\tc"\t d\n1,2\t3', 4)));
    expect(cells).toEqual([
      ['a', 'b\tc', 'd'],
      ['1,2', '3'],
    ]);
  });

  it('ends records at lone CRs', async () => {
    const { cells } = await readSource(sourceOf('a,b\rc,d\re,"f\rg"', 3));
    expect(cells).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f\r\ng'],
    ]);
  });

  const unreadable = 'Notify cannot read this file - try using a different file type';
  test.each([
    ['UTF-16', Buffer.from('\ufeffphone number\r\n07900900123', 'utf16le'), unreadable],
    ['Latin-1', Buffer.from('phone number,é\n', 'latin1'), unreadable],
    ['half a character at the end', Buffer.from('phone number,é').subarray(0, -1), unreadable],
    ['more than 10 MiB', Buffer.alloc(largestFile + 1, 'a'), 'The file must be smaller than 10MB'],
  ])('is refused: %s', async (_name, bytes, message) => {
    await expect(readSource(sourceOf(bytes))).rejects.toMatchObject({ code: 'REQUEST_INVALID', message });
  });

  it('passes errors of reading on', async () => {
    let opened = 0;
    const source: CsvSource = {
      async *open() {
        opened += 1;
        yield Buffer.from('phone number\n');
        if (opened > 1) throw new Error('disk on fire');
        yield Buffer.from('07900900123\n');
      },
    };
    const run = async (): Promise<void> => {
      const { rows } = await checkCsvSource(source, csvOptions('sms', 'x'));
      for await (const row of rows) expect(row).not.toBeNull();
    };
    await expect(run()).rejects.toThrow('disk on fire');
  });
});

describe('tabs to commas', () => {
  const read = async (content: string | Uint8Array, chunkSize?: number): Promise<string> => {
    const chunks = await Array.fromAsync(tabsToCommas(sourceOf(content, chunkSize)).open());
    return Buffer.concat(chunks).toString();
  };

  test.each([
    ['plain cells', 'a\tb\nc\td', 'a,b\r\nc,d\r\n'],
    ['commas and quotes', 'a,b\tsay "hi"\n', '"a,b","say ""hi"""\r\n'],
    ['quoted tabs and line ends', '"a\tb"\t"c\nd"\te\n', 'a\tb,"c\r\nd",e\r\n'],
    ['empty cells at both ends', '\tphone\t\n\t079\t\n', ',phone,\r\n,079,\r\n'],
    ['blank lines', 'a\n\nb\n', 'a\r\n\r\nb\r\n'],
    ['a byte order mark', '\ufeff"a"\tb', 'a,b\r\n'],
    ['every line end', 'a\tb\rc\td\u2028e\tf\x85g', 'a,b\r\nc,d\r\ne,f\r\ng\r\n'],
    ['a quote that nothing closes', 'a\t"b\nc\td', 'a,"b\r\nc\td"\r\n'],
    ['nothing', '', ''],
  ])('%s', async (_name, content, expected) => {
    for (const chunkSize of [1, 4, 65_536]) expect(await read(content, chunkSize)).toBe(expected);
  });

  test('what is too large, or no text, is refused', async () => {
    await expect(read(Buffer.alloc(largestFile + 1, 'a'))).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    await expect(read(Buffer.from([0xff]))).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  test('a file that quotes make larger than 10 MiB is still read', async () => {
    const rows = 'a"b\tc\n'.repeat(1_700_000);
    expect(rows.length).toBeLessThan(largestFile);
    let size = 0;
    for await (const piece of readUploadedText(tabsToCommas(sourceOf(rows)))) size += piece.length;
    expect(size).toBeGreaterThan(largestFile);
  });
});

test('names of files tell what separates cells', () => {
  expect(['a.csv', 'b/c.CSV', 'd.TSV', 'e.xlsx', 'f', 'g.csv/h'].map(delimiterOf)).toEqual([
    ',',
    ',',
    '\t',
    null,
    null,
    null,
  ]);
});
