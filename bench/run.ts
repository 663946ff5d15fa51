/** `npm run bench -- <name> [--json]`: runs one bench and prints what it measured. */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { messageOf } from '../src/lib/core/errors.ts';
import { BenchError, type Bench } from './support/bench.ts';
import { formatReport } from './support/report.ts';
import { runBench } from './support/run-bench.ts';

interface Entry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Bench>;
}

const benches: readonly Entry[] = [
  {
    name: 'accept',
    summary: 'POST /v2/notifications/sms, GET by id and GET list, 64 connections, against pgbench',
    load: async () => (await import('./accept.ts')).accept,
  },
  {
    name: 'deliver',
    summary: 'accept, queue, provider and receipt until delivered, against pgbench and accepting alone',
    load: async () => (await import('./deliver.ts')).deliver,
  },
  {
    name: 'csv-job',
    summary: 'a file of 100,000 recipients, read, checked and stored with its delivery jobs, against COPY of the rows',
    load: async () => (await import('./csv-job.ts')).csvJob,
  },
  {
    name: 'collate',
    summary: '150,000 letters of 60 KiB put into zips and uploaded to a folder, against copying the same bytes',
    load: async () => (await import('./collate.ts')).collate,
  },
  {
    name: 'usage-rebuild',
    summary: 'a day of 1,000,000 messages counted into Redis by template, against the bare GROUP BY',
    load: async () => (await import('./usage-rebuild.ts')).usageRebuild,
  },
  {
    name: 'growth',
    summary: 'accept, lists, limits, claims and retention with 1 and 10 million messages stored, against none',
    load: async () => (await import('./growth.ts')).growth,
  },
  {
    name: 'start',
    summary: 'notify --help, a command and serve until ready, against node -e 0',
    load: async () => (await import('./start.ts')).start,
  },
  {
    name: 'xml',
    summary: 'CAP and IBAG documents with 5,000 polygon points, against string concatenation',
    load: async () => (await import('./xml.ts')).xml,
  },
];

interface Options {
  readonly json: boolean;
  readonly scale: number;
  readonly rounds: number;
}

process.exitCode = await main();

async function main(): Promise<number> {
  const program = new Command('bench')
    .description('Measures the product, always against something else in the same run.')
    .argument('[name]', 'the bench; without it they are listed')
    .option('--json', 'print one JSON document', false)
    .option('--scale <factor>', 'amount of work; 1 is the documented one', readScale, 1)
    .option('--rounds <n>', 'rounds of which the median is taken; fewer than 3 say little', readRounds, 3)
    .addHelpText('after', `\n${listBenches()}`)
    .configureOutput({ writeErr: log })
    .exitOverride();
  try {
    program.parse();
    return await runNamed(program.args[0], program.opts<Options>());
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    log(`Error: ${messageOf(error)}`);
    if (error instanceof BenchError) return error.exitCode;
    if (error instanceof Error) log(error.stack ?? '');
    return 1;
  }
}

async function runNamed(name: string | undefined, { json, scale, rounds }: Options): Promise<number> {
  if (name === undefined) {
    process.stdout.write(`${listBenches()}\n`);
    return 0;
  }
  const entry = benches.find((candidate) => candidate.name === name);
  if (entry === undefined) throw new BenchError(2, `There is no bench '${name}'\n${listBenches()}`);
  const report = await runBench(await entry.load(), { scale, rounds, log });
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : `${formatReport(report)}\n`);
  return 0;
}

function listBenches(): string {
  const width = Math.max(...benches.map(({ name }) => name.length));
  return ['Benches:', ...benches.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)].join('\n');
}

function readScale(text: string): number {
  const scale = Number(text);
  if (!(scale > 0 && scale <= 100)) throw new InvalidArgumentError('expected a number above 0, at most 100');
  return scale;
}

function readRounds(text: string): number {
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100)
    throw new InvalidArgumentError('expected a whole number from 1 to 100');
  return rounds;
}

function log(line: string): void {
  process.stderr.write(line.endsWith('\n') ? line : `${line}\n`);
}
