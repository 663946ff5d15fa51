import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { nextShutdownSignal } from '../../lib/cli/shutdown-signal.ts';
import { facts } from '../../lib/cli/table.ts';
import { AppError } from '../../lib/core/errors.ts';
import type { ProviderStub } from '../../lib/providers/stub/start-provider-stub.ts';

interface Ready {
  readonly url: string;
  /** Environment variables that point servers and workers at the stub. */
  readonly environment: Readonly<Record<string, string>>;
  /** Those with which letters go to the printer of the stub, in place of zips. */
  readonly printer: Readonly<Record<string, string>>;
}

export default class ProvidersStub extends BaseCommand<Ready> {
  static override summary =
    'Play MMG, Firetext, SES, an HTTP gateway, mobile networks and a printer of letters, with faults on demand.';
  static override description = `Point API and workers at it with the variables that it prints; nothing that it is given goes anywhere.
--scenario is PROVIDER=ANSWER[,SETTING=VALUE…], where ANSWER is one of ok, refuse, throttle, error, garbage, incomplete, hang, drip, huge, close, cut, and settings are status, share (part of the requests, 0 to 1), latency (ms), receipts (once, late, duplicate, reordered, garbage, none), outcome (by-recipient, delivered, temporary-failure, permanent-failure), delay (ms, or 100-1000) and lateMs.
While it runs: PUT /scenario/PROVIDER with the same as JSON, GET /scenario, GET /counts, GET /requests, DELETE /requests.
The networks that emergency broadcasts go to acknowledge all of them; PUT /networks/NETWORK[/primary|failover] with {"answer": "ack|error|hang|close", "status": 500, "latency": 0} changes that, GET /networks shows what came, DELETE /networks forgets it.
The printer takes letters, says at once that they are in the post, and prints nothing; PUT /print with {"answer": "accept|status|hang|close", "status": 500, "latency": 0, "callback": "DESPATCHED|REJECTED|none", "delay": 0, "tokenSeconds": 3600} changes that, GET /print shows letters and counts, DELETE /print forgets them. Letters go there with the printer's variables, which stand apart in what it prints: with them no zips are made.`;
  static override examples = [
    '<%= config.bin %> providers stub',
    '<%= config.bin %> providers stub --port 0 --json',
    '<%= config.bin %> providers stub --scenario mmg=error,status=503,share=0.1 --scenario firetext=ok,receipts=duplicate',
  ];
  static override flags = {
    port: Flags.integer({
      summary: 'Port; 0 takes a free one.',
      helpValue: 'PORT',
      default: 6300,
      min: 0,
      max: 65_535,
    }),
    host: Flags.string({ summary: 'Address.', default: '127.0.0.1' }),
    'receipts-to': Flags.string({
      summary: 'Base URL of the server that gets receipts; empty for none.',
      helpValue: 'URL',
      default: 'http://127.0.0.1:6011',
    }),
    scenario: Flags.string({
      summary: 'How a provider behaves, repeatable.',
      helpValue: 'SCENARIO',
      multiple: true,
      multipleNonGreedy: true,
    }),
  };

  protected async execute(): Promise<Outcome<Ready>> {
    const { flags } = await this.parse(ProvidersStub);
    const stopping = nextShutdownSignal(() => this.notice('Stopped at once.'));
    const [
      { startProviderStub },
      { stubGateway },
      { parseScenarioFlag },
      { createStubNetworks, stubRoutes },
      { createStubPrinter, stubPrintKey },
      { systemClock },
      { createIds },
    ] = await Promise.all([
      import('../../lib/providers/stub/start-provider-stub.ts'),
      import('../../lib/providers/stub/stub-protocols.ts'),
      import('../../lib/providers/stub/stub-scenario.ts'),
      import('../../lib/broadcasts/stub-networks.ts'),
      import('../../lib/print-runs/stub-printer.ts'),
      import('../../lib/core/clock.ts'),
      import('../../lib/core/ids.ts'),
    ]);
    const scenarios = (flags.scenario ?? []).map(parseScenarioFlag);
    const stub = await startProviderStub(
      { clock: systemClock, ids: createIds(), random: Math.random },
      {
        host: flags.host,
        port: flags.port,
        receiptsTo: readBaseUrl(flags['receipts-to']),
        networks: createStubNetworks(),
        printer: createStubPrinter({ clock: systemClock }),
        scenarios: Object.fromEntries(scenarios.map(({ provider, scenario }) => [provider, scenario])),
      },
    );
    const printer = {
      NOTIFY_PRINT_API_URL: `${stub.url}/print`,
      NOTIFY_PRINT_API_USER: stubPrintKey,
      NOTIFY_PRINT_API_PASSWORD: stubPrintKey,
      NOTIFY_PRINT_API_KEY: stubPrintKey,
      NOTIFY_PRINT_CALLBACK_URL: flags['receipts-to'] || 'http://127.0.0.1:6011',
    };
    const parts = { gateway: stubGateway(stub.url), routes: stubRoutes(stub.url), printer };
    const ready = describe(stub, parts);
    if (this.jsonEnabled()) this.writeJson({ status: 'ready', result: ready, warnings: this.warnings });
    else
      process.stdout.write(
        `${facts({ ready: ready.url })}\n\n${shellLines(ready.environment)}\n\n${shellLines(printer)}\n`,
      );
    await stopping;
    await stub.close();
    return { result: ready };
  }

  /** What there is to say was said when it became ready. */
  protected override writeOutcome(): void {
    process.exitCode = 0;
  }

  protected render(): undefined {
    return undefined;
  }
}

/** @throws AppError USAGE_INVALID */
function readBaseUrl(text: string): string | null {
  if (text === '') return null;
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url.href;
  throw new AppError('USAGE_INVALID', `--receipts-to is '${text}': expected a URL beginning with http:// or https://`);
}

function describe(
  { url }: ProviderStub,
  { gateway, routes, printer }: { gateway: object; routes: object; printer: Ready['printer'] },
): Ready {
  return {
    url,
    printer,
    environment: {
      NOTIFY_MMG_URL: `${url}/mmg`,
      NOTIFY_MMG_API_KEY: 'stub',
      NOTIFY_FIRETEXT_URL: `${url}/firetext`,
      NOTIFY_FIRETEXT_API_KEY: 'stub',
      NOTIFY_SES_ENDPOINT: `${url}/ses`,
      AWS_ACCESS_KEY_ID: 'stub',
      AWS_SECRET_ACCESS_KEY: 'stub',
      // Nobody signs what the stub says in the name of SNS.
      NOTIFY_SNS_VERIFICATION: 'off',
      NOTIFY_SMS_WEBHOOK: JSON.stringify(gateway),
      NOTIFY_BROADCAST_TRANSPORT: 'http',
      NOTIFY_BROADCAST_ROUTES: JSON.stringify(routes),
    },
  };
}

function shellLines(environment: Ready['environment']): string {
  return Object.entries(environment)
    .map(([name, value]) => `${name}=${/^[\w:/.-]+$/.test(value) ? value : `'${value}'`}`)
    .join('\n');
}
