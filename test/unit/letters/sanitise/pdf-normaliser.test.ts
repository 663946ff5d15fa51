import { describe, expect, it } from 'vitest';
import { createPdfNormaliser } from '../../../../src/lib/letters/sanitise/pdf-normaliser.ts';

const pdf = Buffer.from('%PDF-1.7 some bytes');
const shell = (script: string): readonly string[] => ['sh', '-c', script];

describe('the PDF normaliser', () => {
  it('gives the PDF to the program, and takes what it writes', async () => {
    const made = await createPdfNormaliser(shell('cat; printf more')).normalise(pdf);
    expect(Buffer.from(made).toString()).toBe('%PDF-1.7 some bytesmore');
  });

  it('takes the arguments as they are, without a shell', async () => {
    const made = await createPdfNormaliser(['printf', '%s', '%PDF-$HOME;`id`']).normalise(pdf);
    expect(Buffer.from(made).toString()).toBe('%PDF-$HOME;`id`');
  });

  it('tells the program no secrets', async () => {
    const made = await createPdfNormaliser(shell('printf %%PDF-; env')).normalise(pdf);
    const names = Buffer.from(made)
      .toString()
      .slice(5)
      .split('\n')
      .map((line) => line.split('=')[0]);
    expect(names.filter((name) => !['', 'PATH', 'LANG', 'PWD', '_', 'SHLVL', 'OLDPWD'].includes(name!))).toEqual([]);
  });

  const failures: [what: string, command: readonly string[], message: RegExp][] = [
    ['fails', shell('cat > /dev/null; echo reasons >&2; exit 3'), /ended with 3: reasons$/],
    ['ends before it has read', shell('exit 1'), /ended with 1/],
    ['makes no PDF', shell('cat > /dev/null; echo hello'), /wrote no PDF/],
    ['makes nothing', shell('cat > /dev/null'), /wrote no PDF/],
    ['is not there', ['/nonexistent/program'], /ENOENT/],
    ['takes too long', ['sleep', '60'], /took longer than 0.3 s/],
  ];
  it.each(failures)('says so when the program %s', async (_, command, message) => {
    const normaliser = createPdfNormaliser(command, { timeLimitMs: command[0] === 'sleep' ? 300 : 20_000 });
    const large = Buffer.concat([pdf, Buffer.alloc(1_000_000)]);
    await expect(normaliser.normalise(large)).rejects.toMatchObject({
      code: 'LETTER_NOT_MADE',
      message: expect.stringMatching(message),
    });
  });
});
