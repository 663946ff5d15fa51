import { Flags } from '@oclif/core';
import type { SignXml } from '../../lib/broadcasts/xml/sign-xml.ts';
import { BaseCommand, type Outcome, type ParsedFlags } from '../../lib/cli/base-command.ts';
import { answerJsonLines, jsonlFlag } from '../../lib/cli/jsonl-command.ts';

type Result = { xml: string } | null;

export default class BroadcastsXml extends BaseCommand<Result> {
  static override summary = 'Make the CAP or IBAG document for a payload; needs no database and sends nothing.';
  static override description = `The payload is the JSON object that the proxy of a mobile network gets: message_type (alert, update, cancel, test),
message_format (cap, ibag), identifier, and what such a message needs. The document comes out as it is sent, without a
line end. With --jsonl, each line is one payload, answered with {"ok": true, "xml"} or {"ok": false, "error"}.
Exit status of --jsonl: 0 all documents were made, 3 some payloads were refused, 1 all were.`;
  static override examples = [
    '<%= config.bin %> broadcasts xml --input payload.json > alert.xml',
    '<%= config.bin %> broadcasts xml --sign-key key.pem --sign-cert certificate.pem < payload.json',
    '<%= config.bin %> broadcasts xml --jsonl - < payloads.jsonl',
  ];
  static override flags = {
    input: Flags.string({ summary: 'File of the payload, or - for standard input.', helpValue: 'FILE', default: '-' }),
    jsonl: jsonlFlag({ exclusive: ['input'] }),
    'allow-update': Flags.boolean({ summary: 'Make documents for updates, which are refused otherwise.' }),
    'sign-key': Flags.string({
      summary: 'File of an RSA key in PEM: sign the documents.',
      helpValue: 'FILE',
      dependsOn: ['sign-cert'],
    }),
    'sign-cert': Flags.string({
      summary: "File of the key's certificate in PEM.",
      helpValue: 'FILE',
      dependsOn: ['sign-key'],
    }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(BroadcastsXml);
    const { systemClock } = await import('../../lib/core/clock.ts');
    const options = { clock: systemClock, allowUpdate: flags['allow-update'], sign: await this.readSigner(flags) };
    if (flags.jsonl !== undefined) {
      const { broadcastLineHandler } = await import('../../lib/cli/jsonl-broadcasts.ts');
      const output = { json: this.jsonEnabled(), notice: (line: string) => this.notice(line) };
      return { result: null, exitCode: await answerJsonLines(flags.jsonl, broadcastLineHandler(options), output) };
    }
    const { readBroadcastPayload } = await import('../../lib/broadcasts/read-broadcast-payload.ts');
    const { generateXml } = await import('../../lib/broadcasts/xml/generate-xml.ts');
    const xml = generateXml(readBroadcastPayload(await readPayload(flags.input)), options);
    // Not by render: whoever signs or compares documents wants no line end behind them.
    if (!this.jsonEnabled()) process.stdout.write(xml);
    return { result: { xml } };
  }

  private async readSigner(flags: ParsedFlags<typeof BroadcastsXml>): Promise<SignXml | undefined> {
    const { 'sign-key': key, 'sign-cert': certificate } = flags;
    if (key === undefined || certificate === undefined) return undefined;
    const { readInputText } = await import('../../lib/cli/read-input.ts');
    const { createXmlSigner } = await import('../../lib/broadcasts/xml/sign-xml.ts');
    return createXmlSigner({
      key: await readInputText(key, '--sign-key'),
      certificate: await readInputText(certificate, '--sign-cert'),
    });
  }

  protected render(): undefined {
    return undefined;
  }
}

async function readPayload(file: string): Promise<unknown> {
  const { readInputText } = await import('../../lib/cli/read-input.ts');
  const { AppError, messageOf } = await import('../../lib/core/errors.ts');
  const source = await readInputText(file, '--input');
  try {
    return JSON.parse(source);
  } catch (error) {
    throw new AppError('VALIDATION_FAILED', `The payload is not valid JSON: ${messageOf(error)}`);
  }
}
