import { Flags } from '@oclif/core';
import type { App } from '../../lib/app.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { readLines } from '../../lib/cli/read-content.ts';
import { table } from '../../lib/cli/table.ts';
import { isAppError } from '../../lib/core/errors.ts';

interface Imported {
  readonly number: string;
  readonly outcome: 'added' | 'already' | 'failed';
  readonly problem: string | null;
}

export default class InboundNumbersImport extends BaseCommand<readonly Imported[]> {
  static override summary = 'Add numbers that texts can be sent to, free for services.';
  static override description = `FILE has a number a line, 07700900123 or 447700900123. What is known already stays as it is.
Exit status: 3 some lines failed, 1 all did.`;
  static override examples = ['<%= config.bin %> inbound-numbers import --file numbers.txt --provider mmg'];
  static override flags = {
    file: Flags.string({
      char: 'f',
      summary: 'File with the numbers, or - for standard input.',
      required: true,
      helpValue: 'FILE',
    }),
    provider: Flags.string({
      summary: 'Whose numbers they are.',
      required: true,
      options: ['mmg', 'firetext'],
    }),
  };

  protected async execute(): Promise<Outcome<readonly Imported[]>> {
    const { flags } = await this.parse(InboundNumbersImport);
    const lines = await readLines(flags.file, '--file');
    return this.withApp(flags, async (app) => {
      const result: Imported[] = [];
      for (const line of lines) result.push(await add(app, line, flags.provider));
      const failed = result.filter(({ outcome }) => outcome === 'failed').length;
      if (failed === 0) return { result };
      return { result, status: 'partial', exitCode: failed === result.length ? 1 : 3 };
    });
  }

  protected render(numbers: readonly Imported[]): string {
    if (numbers.length === 0) return 'There was no number.';
    return table(numbers.map(({ number, outcome, problem }) => ({ number, outcome, problem })));
  }
}

async function add(app: App, line: string, provider: string): Promise<Imported> {
  const [{ addInboundNumber }, { toNationalNumber }] = await Promise.all([
    import('../../lib/inbound/add-inbound-number.ts'),
    import('../../lib/inbound/inbound-sms.ts'),
  ]);
  const number = toNationalNumber(line.replaceAll(/[\s+]/g, ''));
  try {
    const isNew = await addInboundNumber(app, { number, provider, serviceId: null });
    return { number, outcome: isNew ? 'added' : 'already', problem: null };
  } catch (error) {
    if (!isAppError(error, 'USAGE_INVALID')) throw error;
    return { number: line, outcome: 'failed', problem: error.message };
  }
}
