/** The JSON Lines commands and `jobs check` as operators run them: no database, little memory. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { runCli, startCli } from '../support/cli.ts';
import { runCommand } from '../support/command-runner.ts';
import { temporaryFolder } from '../support/folders.ts';

const render = ['templates', 'render', '--jsonl', '-'];
const validate = ['recipients', 'validate', '--type', 'sms', '--jsonl', '-'];
const checkLines = ['jobs', 'check', '--jsonl', '-'];
// Heap that would not do for the inputs below if they were kept.
const littleMemory = { NODE_OPTIONS: '--max-old-space-size=160' };

function objects(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function vectorLines(name: string): Promise<{ input: string; count: number }> {
  const text = await readFile(new URL(`../vectors/${name}`, import.meta.url), 'utf8');
  const vectors = objects(text) as { input: object }[];
  return { input: vectors.map(({ input }) => `${JSON.stringify(input)}\n`).join(''), count: vectors.length };
}

describe('commands over lines', () => {
  test.each([
    [render, 'render-sms.jsonl'],
    [render, 'render-email.jsonl'],
    [render, 'render-letter.jsonl'],
    [validate, 'recipients-sms.jsonl'],
    [['recipients', 'validate', '--type', 'email', '--jsonl', '-'], 'recipients-email.jsonl'],
    [['recipients', 'validate', '--type', 'letter', '--international', '--jsonl', '-'], 'recipients-letter.jsonl'],
    [checkLines, 'csv.jsonl'],
  ])('%j answers every line of %s, good or bad', async (args, file) => {
    const { input, count } = await vectorLines(file);
    const { exitCode, stdout, stderr } = await runCommand(args, { input });
    expect(objects(stdout)).toHaveLength(count);
    expect([exitCode, stderr]).toEqual([0, '']);
  });

  it('obey the permissions of recipients', async () => {
    const input = '{"recipient": "+1 202-555-0104"}\n{"recipient": "020 7946 0991"}\n';
    const none = objects((await runCommand(validate, { input })).stdout);
    expect(none.map(({ error }) => error)).toEqual([
      'Cannot send to international mobile numbers',
      'Not a UK mobile number',
    ]);
    const all = objects((await runCommand([...validate, '--international', '--landlines'], { input })).stdout);
    expect(all.map(({ normalised }) => normalised)).toEqual(['12025550104', '442079460991']);
  });

  test.each([
    [render, '{"type": "sms", "content": "x"}'],
    [validate, '{"recipient": "x"}'],
    [checkLines, '{"csv": "", "template_type": "sms", "content": "x"}'],
  ])('%j go on after a line that cannot be processed', async (args, good) => {
    const some = await runCli(args, { input: `nonsense\n${good}\n{}\n${good}` });
    const answers = objects(some.stdout);
    expect(answers).toHaveLength(4);
    expect(answers[0]).toEqual({ ok: false, error: 'Line is not valid JSON' });
    expect(answers[2]).toMatchObject({ ok: false, error: expect.stringContaining('is a required property') });
    expect(answers[3]).toEqual(answers[1]);
    expect([some.exitCode, some.stderr]).toEqual([3, '2 of 4 lines could not be processed.\n']);
    expect((await runCommand(args, { input: 'nonsense\n{}\n' })).exitCode).toBe(1);
    expect((await runCommand(args, { input: '' })).exitCode).toBe(0);
  });

  it('answer each line when it comes', async () => {
    const cli = await startCli(render);
    for (const content of ['one', 'two']) {
      cli.child.stdin.write(`${JSON.stringify({ type: 'sms', content })}\n`);
      await expect.poll(() => cli.stdout(), { timeout: 20_000 }).toContain(`"sms_text":"${content}"`);
    }
    cli.child.stdin.end();
    expect((await cli.exited).exitCode).toBe(0);
  });

  it('end quietly when nobody reads on', async () => {
    const { child, exited } = await startCli(render);
    child.stdin.on('error', () => undefined);
    child.stdout.once('data', () => child.stdout.destroy());
    child.stdin.end('{"type": "sms", "content": "x"}\n'.repeat(200_000));
    const { stderr } = await exited;
    expect(stderr).toBe('');
  });

  it('read files, too, and say what is wrong with their flags', async () => {
    const file = join(await temporaryFolder(), 'lines.jsonl');
    await writeFile(file, '{"type": "sms", "content": "x"}\n');
    expect((await runCommand(['templates', 'render', '--jsonl', file])).exitCode).toBe(0);
    const missing = await runCommand(['templates', 'render', '--jsonl', `${file}x`, '--json']);
    expect(missing.exitCode).toBe(2);
    const both = await runCommand([...render, '--json']);
    expect(both.json().error).toMatchObject({ code: 'USAGE_INVALID' });
    expect(both.exitCode).toBe(2);
    expect((await runCommand(['recipients', 'validate', '--jsonl', '-'])).exitCode).toBe(2);
  });

  it('work in little memory', async () => {
    const line = JSON.stringify({ type: 'sms', content: 'Hi ((name))', personalisation: { name: 'x'.repeat(400) } });
    const { exitCode, stdout } = await runCli(render, { input: `${line}\n`.repeat(100_000), env: littleMemory });
    expect(exitCode).toBe(0);
    expect(stdout.endsWith('}\n')).toBe(true);
  });

  it('survive lines of 10 MB', async () => {
    const big = 'x'.repeat(10_000_000);
    const lines = [
      JSON.stringify({ type: 'sms', content: big }),
      JSON.stringify({ type: 'email', content: '((a))', personalisation: { a: big } }),
      big,
      '{"type": "sms", "content": "end"}',
    ];
    const { exitCode, stdout } = await runCli(render, { input: lines.join('\n') });
    expect(exitCode).toBe(3);
    expect(objects(stdout).map(({ ok, too_long }) => [ok, too_long])).toEqual([
      [true, true],
      [true, true],
      [false, undefined],
      [true, false],
    ]);
  });

  test.each([
    ['unclosed quotes', `phone number,name\n07900900123,"${'x,\n"y'.repeat(500_000)}`],
    ['one long line', `phone number,name\n07900900123,${'x'.repeat(10_000_000)}`],
    ['nothing but commas', `phone number${','.repeat(10_000_000)}x`],
    ['NULs', '\0'.repeat(2_000_000)],
    ['CRs', `phone number\r${'07900900123\r'.repeat(150_000)}`],
    ['quotes', '"'.repeat(3_000_001)],
  ])('jobs check --jsonl survives %s', async (_name, csv) => {
    const line = (content: string): string =>
      JSON.stringify({ csv: content, template_type: 'sms', content: '((name))' });
    const input = `${line(csv)}\n${line('phone number,name\n07900900123,Jo')}\n`;
    const { exitCode, stdout } = await runCli(checkLines, { input, timeout: 120_000 });
    expect(exitCode).toBe(0);
    const last = stdout.trimEnd().split('\n').at(-1)!;
    expect(JSON.parse(last)).toMatchObject({ ok: true, row_count: 1, has_errors: false });
  });
});

describe('jobs check FILE', () => {
  const flags = ['--type', 'sms', '--content', 'Hi ((name))'];

  async function check(
    content: string | Buffer,
    options: { name?: string; flags?: string[]; env?: Record<string, string> } = {},
  ) {
    const folder = await temporaryFolder();
    const { name = 'people.csv', env } = options;
    await writeFile(join(folder, name), content);
    const args = ['jobs', 'check', name, ...(options.flags ?? flags)];
    // Limits of memory are those of a process.
    return env ? runCli(args, { cwd: folder, env, timeout: 120_000 }) : runCommand(args, { cwd: folder });
  }

  it('says that a file can be sent', async () => {
    const { exitCode, stdout } = await check('phone number,name\r\n07900900123,Jo\r\n');
    expect(stdout).toBe('people.csv: 1 row, none with errors\nThe file can be sent.\n');
    expect(exitCode).toBe(0);
  });

  it('shows rows that are bad', async () => {
    const file = 'phone number,name\n07900900123,Jo\nabc,\n';
    const human = await check(file);
    expect(human.exitCode).toBe(3);
    expect(human.stdout).toContain('There are some problems with people.csv\nYou need to:\n- fix 1 phone number\n');
    expect(human.stdout).toContain('3    abc        phone number: Mobile numbers can only include: 0 1 2');
    const json = await check(file, { flags: [...flags, '--json'] });
    expect(json.json()).toMatchObject({
      status: 'partial',
      result: { sendable: false, row_count: 2, rows_with_errors: [1], rows: [{ row: 3, index: 1, recipient: 'abc' }] },
    });
    expect(json.exitCode).toBe(3);
  });

  it('refuses a file that cannot be sent at all', async () => {
    const { exitCode, stdout } = await check('phone number\n07900900123\n', { flags: [...flags, '--json'] });
    expect(JSON.parse(stdout)).toMatchObject({ result: { sendable: false, problem: { kind: 'missing-columns' } } });
    expect(exitCode).toBe(1);
  });

  it('knows allowances, guests and tabs', async () => {
    const more = (...args: string[]): string[] => [...flags, ...args];
    const file = 'phone number\tname\n07900900123\tJo\n+12025550104\tAl\n';
    const name = 'people.tsv';
    const kind = async (...args: string[]): Promise<unknown> =>
      (await check(file, { name, flags: more('--json', ...args) })).json().result.problem?.kind;
    expect(await kind('--international')).toBeUndefined();
    expect(await kind()).toBe('row-errors');
    expect(await kind('--international', '--remaining-messages', '1')).toBe('more-rows-than-can-send');
    expect(await kind('--international', '--remaining-international-sms', '0')).toBe(
      'more-international-than-can-send',
    );
    expect(await kind('--international', '--guest-list', '07900900123')).toBe('recipients-not-allowed');
  });

  it('warns of a quote that nothing closes', async () => {
    const { exitCode, stderr } = await check('phone number,name\n07900900123,Jo\n07900900124,"Al\n');
    expect(stderr).toBe('Warning: Line 3: a quote that nothing closes; the rest of the file is one cell\n');
    expect(exitCode).toBe(0);
  });

  test.each([
    ['people.xlsx', 'x', 'The file must be a spreadsheet that Notify can read'],
    [
      'utf16.csv',
      Buffer.from('\ufeffphone number,name\n07900900123,Jo', 'utf16le'),
      'Notify cannot read this file - try using a different file type',
    ],
    ['large.csv', Buffer.alloc(50_000_000, 'x\n'), 'The file must be smaller than 10MB'],
  ])('refuses %s', async (name, content, message) => {
    const { exitCode, stdout } = await check(content, { name, env: littleMemory });
    expect(stdout).toBe(`${name}: ${message}\n`);
    expect(exitCode).toBe(1);
  });

  it('checks 100,000 rows in little memory', async () => {
    const rows = Array.from(
      { length: 100_000 },
      (_, index) => `07${912_000_000 + index},"Jo, ${index}",${'x'.repeat(60)}`,
    );
    const { exitCode, stdout } = await check(`phone number,name,other\n${rows.join('\n')}`, {
      env: { NODE_OPTIONS: '--max-old-space-size=80' },
    });
    expect(stdout).toContain('100,000 rows, none with errors');
    expect(exitCode).toBe(0);
  });

  test.each([
    ['unclosed quotes', `phone number,name\n07900900123,"${'x,\n"y'.repeat(1_700_000)}`],
    ['one line of 10 MB', `phone number,name\n07900900123,${'x'.repeat(10_000_000)}`],
    ['NULs', '\0'.repeat(10_000_000)],
    ['CRs', `phone number,name\r${'07900900123,Jo\r'.repeat(660_000)}`],
    ['commas', `${','.repeat(10_000_000)}x`],
    ['UTF-16 without a mark', Buffer.from('phone number,name\n'.repeat(250_000), 'utf16le')],
  ])('ends in a clear message for %s', async (_name, content) => {
    const { exitCode, stdout, signal } = await check(content, { env: littleMemory });
    expect(signal).toBeNull();
    expect([1, 3]).toContain(exitCode);
    expect(stdout).toMatch(/problem|missing|too many/);
  });

  it('reads standard input, and needs something to check against', async () => {
    const input = 'phone number,name\n07900900123,Jo';
    expect((await runCli(['jobs', 'check', '-', ...flags], { input })).exitCode).toBe(0);
    for (const args of [['x.csv'], ['x.csv', '--content', 'x'], [], ['x.csv', ...flags], ['x.csv', '--jsonl', '-']])
      expect((await runCommand(['jobs', 'check', ...args])).exitCode).toBe(2);
  });
});
