/** Letters are scanned by ClamAV itself: the protocol as the daemon speaks it, and what it does when it fails. */
import { setTimeout } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createClamdScanner } from '../../src/lib/antivirus/clamd-scanner.ts';
import type { VirusScanner } from '../../src/lib/antivirus/virus-scanner.ts';
import { scanLetterTask } from '../../src/lib/letters/scan-letter.ts';
import { eicar, eicarName, useClamd } from '../support/clamd.ts';
import { aLetterPdf } from '../support/precompiled-pdf.ts';
import { requireProgram } from '../support/programs.ts';
import { makeJobsDue } from '../support/queue-probe.ts';
import { useTestApps } from '../support/test-app.ts';
import { startTestWorker } from '../support/test-worker.ts';
import { waitFor } from '../support/wait.ts';
import { eventsOf, read, whenStatus } from './delivery.ts';
import { aPrecompiledLetter, filesOf } from './precompiled-letters.ts';

const program = requireProgram('clamd');

program.suite('ClamAV', () => {
  const clamd = useClamd(program.path);
  const failed = (message: RegExp): object => ({ code: 'SCANNER_FAILED', message: expect.stringMatching(message) });
  const lost = /ECONNRESET|EPIPE|without an answer/;

  beforeEach(() => clamd.start());

  describe.each(['unix', 'tcp'] as const)('over %s', (kind) => {
    const scan = (content: Readable, options: { timeLimitMs?: number } = {}): ReturnType<VirusScanner['scan']> =>
      createClamdScanner(clamd[kind], options).scan(content);
    const clean = (): Readable => Readable.from([Buffer.from('%PDF-1.7 clean')]);

    it('tells clean files from infected ones, many at a time', async () => {
      const large = Buffer.alloc(clamd.largestFile - 100, 'abc');
      const files = [
        [[], null],
        [[Buffer.from('%PDF-1.7 clean')], null],
        [[eicar], eicarName],
        [[Buffer.from('%PDF-1.7 '), eicar.subarray(0, 30), eicar.subarray(30)], eicarName],
        [[large], null],
        [[large, eicar], eicarName],
      ] as const;
      const verdicts = await Promise.all(files.map(([chunks]) => scan(Readable.from(chunks))));
      expect(verdicts).toEqual(
        files.map(([, virus]) => (virus === null ? { isClean: true } : { isClean: false, virus })),
      );
    });

    it('says of a file that is too large that it failed, and goes on', async () => {
      const endless = Readable.from(Array.from({ length: 500 }, () => Buffer.alloc(100_000)));
      await expect(scan(endless)).rejects.toMatchObject(failed(/INSTREAM size limit exceeded|ECONNRESET|EPIPE/));
      expect(endless.destroyed).toBe(true);
      expect(await scan(clean())).toEqual({ isClean: true });
    });

    it('is not there while it is restarted', async () => {
      const scanner = createClamdScanner(clamd[kind]);
      expect(await scanner.scan(clean())).toEqual({ isClean: true });
      await clamd.kill();
      await expect(scanner.scan(clean())).rejects.toMatchObject(failed(/ECONNREFUSED|ENOENT/));
      await clamd.start();
      expect(await scanner.scan(Readable.from([eicar]))).toEqual({ isClean: false, virus: eicarName });
    });

    it('dies while it is sent a file', async () => {
      const dying = async function* (): AsyncGenerator<Buffer> {
        yield Buffer.alloc(100_000);
        await clamd.kill();
        for (;;) {
          yield Buffer.alloc(100_000);
          await setTimeout(1);
        }
      };
      await expect(scan(Readable.from(dying()))).rejects.toMatchObject(failed(lost));
    });

    it('dies before it answers, or hangs', async () => {
      clamd.pause();
      const hanging = scan(clean(), { timeLimitMs: 100 });
      await expect(hanging).rejects.toMatchObject(failed(/no answer within 0.1 s/));
      clamd.resume();
      expect(await scan(clean())).toEqual({ isClean: true });
      clamd.pause();
      const dying = expect(scan(clean())).rejects.toMatchObject(failed(lost));
      await setTimeout(20);
      await clamd.kill();
      await dying;
    });
  });

  describe('a letter that comes as a PDF', () => {
    const makeApp = useTestApps({ supervise: true });
    let pdf: Buffer;
    beforeAll(async () => {
      pdf = await aLetterPdf();
    });

    it('goes on when it is clean, and ends in virus-scan-failed with a virus in it', async () => {
      const app = await makeApp({ config: { clamd: clamd.unix } });
      const letter = await aPrecompiledLetter(app, pdf);
      // Behind the end of the PDF, where readers do not look.
      const infected = await aPrecompiledLetter(app, Buffer.concat([pdf, eicar]));
      await app.runWorkers(['letters']);
      await whenStatus(app, letter.id, 'created');
      await whenStatus(app, infected.id, 'virus-scan-failed');
      await waitFor(async () => /^letters-scan\/FAILURE\/[^/]+$/.test((await filesOf(app, infected)).join()));
      expect(await eventsOf(app, infected.id)).toMatchObject([
        { event: 'gave up', detail: { reason: `virus: ${eicarName}` } },
      ]);
    });

    it('waits while the daemon is not there, and is scanned once it is', async () => {
      const app = await makeApp({ config: { clamd: clamd.tcp } });
      await clamd.kill();
      const letter = await aPrecompiledLetter(app, Buffer.concat([pdf, eicar]));
      const worker = await startTestWorker(app, [scanLetterTask(app)], {
        queues: ['letters', 'retry'],
        retrySchedules: { 'scan-file': { maxRetries: 1, delays: [300] } },
      });
      await waitFor(() => worker.outcomes.length === 1);
      expect(await read(app, letter.id)).toMatchObject({ status: 'pending-virus-check' });
      await clamd.start();
      await makeJobsDue(app.db);
      await whenStatus(app, letter.id, 'virus-scan-failed');
    });
  });
});
