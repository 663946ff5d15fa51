/** `broadcasts xml` and `broadcasts validate` as operators run them: no database, exact bytes. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { aCertificate } from '../support/certificate.ts';
import { runCli } from '../support/cli.ts';
import { runCommand } from '../support/command-runner.ts';
import { temporaryFolder } from '../support/folders.ts';
import { capAlert, capTest, capUpdate, ibagAlert } from '../unit/broadcasts/payloads.ts';

const xml = ['broadcasts', 'xml'];
const validate = ['broadcasts', 'validate'];
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const capAlertHash = '56fa5338aad067fcd4a07bce759705cba48b2e0b91fd48bb178e7b74bb9d5147';
const capUpdateHash = 'a19003610b184b016d194aea3721c66e84a83726388933225881b9a71a64ca21';

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
});

async function fileWith(name: string, content: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}

describe('broadcasts xml', () => {
  it('prints the document and nothing else', async () => {
    const input = JSON.stringify(capAlert);
    const fromInput = await runCli(xml, { input });
    expect([fromInput.exitCode, fromInput.stderr, hashOf(fromInput.stdout)]).toEqual([0, '', capAlertHash]);
    const file = await fileWith('payload.json', `\ufeff${input}\n`);
    const fromFile = await runCommand([...xml, '--input', file]);
    expect(fromFile.stdout).toBe(fromInput.stdout);
    const json = await runCommand([...xml, '--input', file, '--json']);
    expect(json.json()).toEqual({ status: 'ok', result: { xml: fromInput.stdout }, warnings: [] });
  });

  it('makes updates only when they are allowed', async () => {
    const input = JSON.stringify(capUpdate);
    const refused = await runCommand(xml, { input });
    expect([refused.exitCode, refused.stdout]).toEqual([4, '']);
    expect(refused.stderr).toContain('broadcast updates are not enabled');
    expect(hashOf((await runCommand([...xml, '--allow-update'], { input })).stdout)).toBe(capUpdateHash);
  });

  it('says what is wrong', async () => {
    const bad = await runCommand(xml, { input: JSON.stringify({ ...capAlert, channel: 'x' }) });
    expect([bad.exitCode, bad.stdout]).toEqual([2, '']);
    expect(bad.stderr).toContain(
      `'x' is not an allowed channel. Must be in ['test', 'operator', 'severe', 'government']`,
    );
    const notJson = await runCommand([...xml, '--json'], { input: '{' });
    expect([notJson.exitCode, notJson.json().error?.code]).toEqual([2, 'VALIDATION_FAILED']);
    expect((await runCommand([...xml, '--input', join(folder, 'none')])).exitCode).toBe(2);
    expect((await runCommand([...xml, '--jsonl', '-', '--json'])).exitCode).toBe(2);
  });

  it('answers payloads line by line', async () => {
    const lines = [capAlert, capUpdate, ibagAlert].map((payload) => JSON.stringify(payload));
    const some = await runCommand([...xml, '--jsonl', '-'], { input: [...lines, 'x', '{}'].join('\n') });
    const answers = some.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { ok: boolean; xml: string });
    expect(answers.map(({ ok }) => ok)).toEqual([true, false, true, false, false]);
    expect(hashOf(answers[0]!.xml)).toBe(capAlertHash);
    expect(answers.slice(3)).toEqual([
      { ok: false, error: 'Line is not valid JSON' },
      { ok: false, error: 'message_format is required' },
    ]);
    expect(answers[1]).toEqual({ ok: false, error: 'broadcast updates are not enabled' });
    expect(some.exitCode).toBe(3);
    expect((await runCommand([...xml, '--jsonl', '-'], { input: 'x\n{}\n' })).exitCode).toBe(1);
    expect((await runCommand([...xml, '--jsonl', '-', '--allow-update'], { input: lines.join('\n') })).exitCode).toBe(
      0,
    );
  });

  it('signs, and refuses keys that do not belong together', async () => {
    const { pem, privateKey } = aCertificate();
    const key = await fileWith('key.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    const certificate = await fileWith('certificate.pem', pem);
    const other = await fileWith('other.pem', aCertificate().pem);
    const input = JSON.stringify(capTest);
    const signed = await runCommand([...xml, '--sign-key', key, '--sign-cert', certificate], { input });
    expect(signed.stdout).toMatch(/<ds:SignatureValue>[^<]{344}<\/ds:SignatureValue>.*<\/alert>$/);
    expect((await runCommand([...validate, '-'], { input: signed.stdout })).exitCode).toBe(0);
    const wrong = await runCommand([...xml, '--sign-key', key, '--sign-cert', other], { input });
    expect([wrong.exitCode, wrong.stdout]).toEqual([78, '']);
    expect((await runCommand([...xml, '--sign-key', key], { input })).exitCode).toBe(2);
  });
});

describe('broadcasts validate', () => {
  it('shows what a valid document says', async () => {
    const { stdout: document } = await runCommand(xml, { input: JSON.stringify(capAlert) });
    const file = await fileWith('alert.xml', document);
    const report = await runCommand([...validate, file]);
    expect([report.exitCode, report.stderr]).toEqual([0, '']);
    expect(report.stdout).toMatch(/^The document is valid CAP 1\.2\.\n/);
    expect(report.stdout).toMatch(/\nareas +area-1 \(1 polygon\); area-2 \(1 polygon\)\n/);
    const json = await runCommand([...validate, '-', '--json'], { input: document });
    expect(json.json().result).toMatchObject({
      valid: true,
      format: 'cap',
      problems: [],
      fields: { msgType: 'Alert', reference: capAlert.identifier, cap_event: 'Alert', content: capAlert.description },
    });
    const { stdout: ibag } = await runCommand(xml, { input: JSON.stringify(ibagAlert) });
    expect((await runCommand([...validate, '-'], { input: ibag })).stdout).toBe('The document is valid IBAG 1.0.\n');
  });

  it('names problems with their lines', async () => {
    const { stdout: ibag } = await runCommand(xml, { input: JSON.stringify(ibagAlert) });
    const input = ibag.replace('<IBAG_status>Actual', '\n\n<IBAG_status>Test');
    const { exitCode, stdout } = await runCommand([...validate, '-'], { input });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^The document is not valid \(IBAG 1\.0\)\.\nline 3: Element '\{ibag:1\.0\}IBAG_status': /);
    const none = await runCommand([...validate, '-', '--json'], { input: 'hello' });
    expect(none.exitCode).toBe(1);
    expect(none.json().result).toEqual({
      valid: false,
      format: null,
      problems: [{ line: 1, message: "Start tag expected, '<' not found" }],
      fields: null,
    });
    const large = await runCli([...validate, '-'], { input: `<a>${' '.repeat(20_000_000)}</a>` });
    expect([large.exitCode, large.stdout]).toEqual([1, expect.stringContaining('XML must be 5000000 characters')]);
  });

  it('warns of polygons that cross themselves', async () => {
    const polygon = [
      [51, 0],
      [52, 1],
      [52, 0],
      [51, 1],
      [51, 0],
    ];
    const { stdout: input } = await runCommand(xml, { input: JSON.stringify({ ...capAlert, areas: [{ polygon }] }) });
    const { exitCode, stderr } = await runCommand([...validate, '-'], { input });
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^Warning: area-1: areas polygon crosses or touches itself/);
  });
});
