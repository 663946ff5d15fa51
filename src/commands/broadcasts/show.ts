import { Flags } from '@oclif/core';
import {
  toBroadcastEventView,
  toOperatorBroadcastView,
  type BroadcastEventView,
  type OperatorBroadcastView,
} from '../../lib/broadcasts/broadcast-view.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg } from '../../lib/cli/flags.ts';
import { facts, table } from '../../lib/cli/table.ts';

interface Result extends OperatorBroadcastView {
  readonly events: readonly BroadcastEventView[];
  /** With --svg. */
  readonly svg?: string;
}

export default class BroadcastsShow extends BaseCommand<Result> {
  static override summary = 'Show an emergency broadcast, and what became of it at each network.';
  static override examples = [
    '<%= config.bin %> broadcasts show 018f2f6e-7c1a-7000-8000-000000000000',
    '<%= config.bin %> broadcasts show 018f2f6e-7c1a-7000-8000-000000000000 --svg > area.svg',
  ];
  static override args = { id: uuidArg({ description: 'id of the broadcast', required: true }) };
  static override flags = { svg: Flags.boolean({ summary: 'Print a picture of its area instead.' }) };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(BroadcastsShow);
    return this.withApp(flags, async (app) => {
      const { showBroadcastById, showBroadcastProgress } = await import('../../lib/broadcasts/show-broadcast.ts');
      const message = await showBroadcastById(app, args.id);
      const events = (await showBroadcastProgress(app, message)).map(toBroadcastEventView);
      const result = { ...toOperatorBroadcastView(message), events };
      if (!flags.svg) return { result };
      const { renderAreaSvg } = await import('../../lib/broadcasts/areas/render-area-svg.ts');
      const title = message.reference ?? message.id;
      return { result: { ...result, svg: renderAreaSvg(message.areas.simple_polygons ?? [], { title }) } };
    });
  }

  protected render(result: Result): string {
    if (result.svg !== undefined) return result.svg;
    const { names, ids, aggregate_names: aggregates } = result.areas;
    const head = facts({
      id: result.id,
      reference: result.reference,
      service: result.service_id,
      status: result.stubbed ? `${result.status} (training)` : result.status,
      areas: (aggregates ?? names ?? ids ?? []).join(', ') || null,
      polygons: result.areas.simple_polygons?.length ?? 0,
      'starts at': result.starts_at,
      'finishes at': result.finishes_at,
      'created by': result.created_by_id ?? `key ${result.created_by_api_key_id}`,
      'approved by': result.approved_by_id,
      'cancelled by': result.cancelled_by_id ?? result.cancelled_by_api_key_id,
    });
    return [head, result.content, ...result.events.map(renderEvent)].join('\n\n');
  }
}

function renderEvent({ id, message_type, sent_at, provider_messages, history }: BroadcastEventView): string {
  const title = `${message_type} ${id}, ${sent_at}`;
  const refused = history.filter(
    ({ provider, status }) =>
      status === 'refused' && !provider_messages.some((message) => message.provider === provider),
  );
  const rows = [
    ...provider_messages.map(({ provider, status, message_number, updated_at, created_at }) => ({
      provider,
      status,
      number: message_number,
      at: updated_at ?? created_at,
      problem: lastProblem(history, provider, status),
    })),
    // One line for each network that was never given anything: the newest reason.
    ...[...new Map(refused.map((record) => [record.provider, record])).values()].map((record) => ({
      provider: record.provider,
      status: record.status,
      number: null,
      at: record.created_at,
      problem: firstLine(record.error),
    })),
  ];
  return rows.length === 0 ? `${title}: given to no network yet` : `${title}\n${table(rows)}`;
}

function lastProblem(history: BroadcastEventView['history'], provider: string, status: string): string | null {
  if (status === 'returned-ack') return null;
  return firstLine(history.findLast((record) => record.provider === provider && record.error !== null)?.error ?? null);
}

function firstLine(text: string | null): string | null {
  return text?.split('\n', 1)[0] ?? null;
}
