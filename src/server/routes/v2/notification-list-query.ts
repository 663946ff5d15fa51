import { AppError } from '../../../lib/core/errors.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import {
  expandStatusFilters,
  statusFilters,
  type NotificationStatus,
  type StatusFilter,
} from '../../../lib/notifications/notification-status.ts';
import { templateTypes, type TemplateType } from '../../../lib/templates/template.ts';
import { describeChoice, describeUnexpected } from '../../schemas/describe-problems.ts';

type Query = Readonly<Record<string, string | readonly string[]>>;

export interface ListQuery {
  readonly types: readonly TemplateType[];
  readonly statuses: readonly NotificationStatus[];
  readonly clientReference: string | null;
  readonly olderThan: string | null;
  readonly includeJobs: boolean;
}

const known = ['reference', 'status', 'template_type', 'include_jobs', 'older_than'];

/**
 * Reads the query of `GET /v2/notifications` (public API sheet §7.2).
 *
 * @throws AppError VALIDATION_FAILED with one message per problem
 */
export function readListQuery(query: Query): ListQuery {
  const problems: string[] = [];
  const statuses = all(query, 'status');
  const types = all(query, 'template_type');
  const [includeJobs] = all(query, 'include_jobs');
  const [olderThan] = all(query, 'older_than');
  const [reference] = all(query, 'reference');

  // PostgreSQL has no text with NUL.
  if (reference?.includes('\0')) problems.push('reference must not contain null characters');
  for (const status of statuses) {
    if (!isStatusFilter(status)) problems.push(`status ${describeChoice(status, statusFilters)}`);
  }
  for (const type of types) {
    if (!isTemplateType(type)) problems.push(`template_type ${describeChoice(type, templateTypes)}`);
  }
  if (includeJobs !== undefined && includeJobs !== 'true' && includeJobs !== 'True') {
    problems.push(`include_jobs ${describeChoice(includeJobs, ['true', 'True'])}`);
  }
  const olderThanId = olderThan === undefined ? null : parseUuid(olderThan);
  if (olderThan !== undefined && olderThanId === null) problems.push('older_than is not a valid UUID');
  const unexpected = Object.keys(query).filter((name) => !known.includes(name));
  if (unexpected.length > 0) problems.push(describeUnexpected(unexpected));
  if (problems.length > 0) {
    const messages = [...new Set(problems)];
    throw new AppError('VALIDATION_FAILED', messages.join('; '), { details: { messages } });
  }
  return {
    types: types.filter(isTemplateType),
    statuses: expandStatusFilters(statuses.filter(isStatusFilter)),
    clientReference: reference ?? null,
    olderThan: olderThanId,
    includeJobs: includeJobs !== undefined,
  };
}

/**
 * `current` repeats the given parameters; `next` is there whenever the page holds something, with `older_than` first,
 * where clients look for it.
 */
export function listLinks(url: string, query: Query, lastId: string | null): { current: string; next?: string } {
  const parameters = known.flatMap((name) => all(query, name).map((value): [string, string] => [name, value]));
  const current = withParameters(url, parameters);
  if (lastId === null) return { current };
  const others = parameters.filter(([name]) => name !== 'older_than');
  return { current, next: withParameters(url, [['older_than', lastId], ...others]) };
}

function withParameters(url: string, parameters: [string, string][]): string {
  return parameters.length === 0 ? url : `${url}?${new URLSearchParams(parameters).toString()}`;
}

function all(query: Query, name: string): readonly string[] {
  const value = query[name];
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

function isStatusFilter(text: string): text is StatusFilter {
  return (statusFilters as readonly string[]).includes(text);
}

function isTemplateType(text: string): text is TemplateType {
  return (templateTypes as readonly string[]).includes(text);
}
