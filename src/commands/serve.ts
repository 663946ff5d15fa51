import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../lib/cli/base-command.ts';
import { loadServer, type RunningServer } from '../lib/cli/server-module.ts';
import { nextShutdownSignal } from '../lib/cli/shutdown-signal.ts';
import { facts } from '../lib/cli/table.ts';
import type { Config } from '../lib/config/schema.ts';
import { AppError } from '../lib/core/errors.ts';
import type { Demo } from '../lib/demo/demo.ts';
import type { App } from '../lib/app.ts';
import type { Seed } from '../lib/seed/seed.ts';
import { queueNames, resolveQueues, type QueueName } from '../lib/queue/queues.ts';

interface Ready {
  readonly url: string | null;
  readonly admin_url: string | null;
  readonly console_url: string | null;
  readonly demo?: Demo;
}

const roles = ['all', 'api', 'worker', 'scheduler'] as const;
type Role = (typeof roles)[number];

export default class Serve extends BaseCommand<Ready> {
  static override summary = 'Run the API, the workers and the scheduler.';
  static override description = `Without DATABASE_URL it runs on an embedded PostgreSQL and migrates it by itself; on an external database run "db migrate" first.
Any number of servers and workers share one database. SIGTERM stops gracefully, a second one at once.
Exit status: 0 stopped, 69 no database or a port is taken, 78 wrong configuration or schema.`;
  static override examples = [
    '<%= config.bin %> serve --demo',
    '<%= config.bin %> serve --port 0 --json',
    '<%= config.bin %> serve --seed seed.json',
    '<%= config.bin %> serve --role worker --queues sender,retry',
  ];
  static override flags = {
    demo: Flags.boolean({ summary: 'Make a demo service with templates and print its API keys.' }),
    seed: Flags.string({
      summary: 'JSON file of services, keys and templates to make with given ids and secrets; docs/seed.md.',
      helpValue: 'FILE',
    }),
    port: Flags.string({ summary: 'Public port; 0 takes a free one (PORT).', helpValue: 'PORT' }),
    host: Flags.string({ summary: 'Address of the public port (NOTIFY_HOST).' }),
    'admin-port': Flags.string({
      summary: 'Port of probes, metrics and the outbox; 0 or off (NOTIFY_ADMIN_PORT).',
      helpValue: 'PORT',
    }),
    role: Flags.string({ summary: 'What this process does.', options: [...roles], default: 'all' }),
    queues: Flags.string({
      summary: 'Queues or presets to work on, comma-separated; all without it.',
      helpValue: 'NAMES',
    }),
    concurrency: Flags.integer({
      summary: 'Jobs of one queue at the same time (NOTIFY_WORKER_CONCURRENCY).',
      helpValue: 'N',
      min: 1,
      max: 1000,
    }),
  };

  protected async execute(): Promise<Outcome<Ready>> {
    const { flags } = await this.parse(Serve);
    const { config: configured, sources } = await this.loadConfig(flags, {
      port: flags.port,
      host: flags.host,
      adminPort: flags['admin-port'],
      workerConcurrency: flags.concurrency?.toString(),
    });
    // A free public port means "beside others": the usual admin port would clash with theirs.
    const takesFreePorts = configured.port === 0 && sources.adminPort.source === 'default';
    const config: Config = takesFreePorts ? { ...configured, adminPort: 0 } : configured;
    const role = flags.role as Role;
    const works = role === 'all' || role === 'worker';
    if (flags.queues !== undefined && !works)
      throw new AppError('USAGE_INVALID', `--queues needs --role worker or all; the role is '${role}'`);
    const queues = flags.queues === undefined ? [...queueNames] : readQueues(flags.queues);

    // Listening for signals first: one that comes during a slow start must stop it too.
    const stopping = nextShutdownSignal(() => this.notice('Stopped at once.'));
    const seed = flags.seed === undefined ? null : await readSeed(flags.seed);
    const app = await this.createServingApp(config, role);
    try {
      if (seed !== null) await this.plant(app, seed);
      await this.serve(app, { role, queues, demo: flags.demo }, stopping);
    } finally {
      await app.close();
    }
    return { result: { url: null, admin_url: null, console_url: null } };
  }

  private async createServingApp(config: Config, role: Role): Promise<App> {
    const [{ createApp }, { createLogger }] = await Promise.all([
      import('../lib/app.ts'),
      import('../lib/observability/logger.ts'),
    ]);
    const logger = createLogger({ level: config.logLevel, format: this.logFormat(config.logFormat) });
    const app = await createApp(config, {
      name: `notify serve ${role}`,
      logger,
      supervise: role === 'all' || role === 'worker',
      remember: true,
      onNotice: (line) => this.notice(line),
    });
    this.notice(`Database: ${app.database.place}`);
    return app;
  }

  private async plant(app: App, seed: ReadSeed): Promise<void> {
    const { plantSeed } = await import('../lib/seed/plant-seed.ts');
    const { counts, warnings } = await plantSeed(app, seed);
    for (const warning of warnings) this.addWarning(warning);
    this.notice(
      `Seed ${seed.file}: ${counts.created} created, ${counts.changed} changed, ${counts.unchanged} as they were`,
    );
  }

  private async serve(
    app: App,
    { role, queues, demo }: { role: Role; queues: readonly QueueName[]; demo: boolean },
    stopping: ReturnType<typeof nextShutdownSignal>,
  ): Promise<void> {
    const { config } = app;
    const made = demo ? await (await import('../lib/demo/create-demo.ts')).createDemo(app, config) : undefined;
    if (role !== 'api') {
      const { runScheduler, runWorkers } = await import('../lib/run-workers.ts');
      if (role !== 'scheduler') await runWorkers(app, queues);
      if (role !== 'worker') await runScheduler(app);
    }
    const { startServer } = await loadServer();
    const server = await startServer(app, { ...config, api: role === 'all' || role === 'api' });
    try {
      this.announce({
        url: server.url,
        admin_url: server.adminUrl,
        console_url: null,
        ...(made !== undefined && { demo: made }),
      });
      const { name } = await stopping;
      await this.drain(server, name === 'SIGINT' ? 0 : config.drainDelay);
    } finally {
      await server.close();
    }
  }

  private async drain(server: RunningServer, seconds: number): Promise<void> {
    this.notice(seconds === 0 ? 'Stopping…' : `Stopping in ${seconds} s…`);
    await server.drain(seconds);
  }

  private announce(ready: Ready): void {
    if (this.jsonEnabled()) this.writeJson({ status: 'ready', result: ready, warnings: this.warnings });
    else process.stdout.write(`${describe(ready)}\n`);
  }

  /** The one line of `serve --json` was written when it became ready. */
  protected override writeOutcome(): void {
    process.exitCode = 0;
  }

  protected render(): undefined {
    return undefined;
  }
}

interface ReadSeed {
  readonly file: string;
  readonly seed: Seed;
}

/** Before anything is started: a mistake in the file costs no database. */
async function readSeed(file: string): Promise<ReadSeed> {
  const { readSeedFile } = await import('../lib/seed/read-seed-file.ts');
  return { file, seed: await readSeedFile(file) };
}

/** @throws AppError USAGE_INVALID without any name, QUEUE_UNKNOWN for one that is none */
function readQueues(list: string): QueueName[] {
  const words = list
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
  if (words.length > 0) return resolveQueues(words);
  throw new AppError('USAGE_INVALID', `--queues is '${list}': expected names of queues or presets`);
}

function describe({ url, admin_url, demo }: Ready): string {
  const lines = [facts({ ready: url ?? 'no public port', admin: admin_url ?? 'off' })];
  if (demo !== undefined) {
    lines.push(
      '',
      facts({
        service: demo.service_id,
        'live key': demo.api_keys.normal,
        'team key': demo.api_keys.team,
        'test key': demo.api_keys.test,
        'sms template': demo.templates.sms,
        'email template': demo.templates.email,
        'letter template': demo.templates.letter,
        'guest list': demo.guest_list.join(', '),
      }),
    );
  }
  return lines.join('\n');
}
