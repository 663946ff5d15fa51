import { Type } from 'typebox';
import { parseUuid } from '../../../lib/core/ids.ts';
import {
  expandStatusFilters,
  statusFilters,
  type NotificationStatus,
  type StatusFilter,
} from '../../../lib/notifications/notification-status.ts';
import { isTemplateType, templateTypes, type TemplateType } from '../../../lib/templates/template.ts';
import { describeChoice, describeUnexpected } from '../../schemas/describe-problems.ts';
import { validationFailed } from '../../schemas/validation-failed.ts';
import { valuesOf, withParameters, type Query } from './parameters.ts';

export interface ListQuery {
  readonly types: readonly TemplateType[];
  readonly statuses: readonly NotificationStatus[];
  readonly clientReference: string | null;
  readonly olderThan: string | null;
  readonly includeJobs: boolean;
}

/** For the document. */
export const listQuery = Type.Object({
  reference: Type.Optional(Type.String({ description: 'Exactly as it was sent.' })),
  status: Type.Optional(
    Type.Array(Type.Unsafe<StatusFilter>({ type: 'string', enum: [...statusFilters] }), {
      description:
        'May be repeated. `failed` stands for every failure, `accepted` for created and sending, `received` for delivered.',
    }),
  ),
  template_type: Type.Optional(
    Type.Array(Type.Unsafe<TemplateType>({ type: 'string', enum: [...templateTypes] }), {
      description: 'May be repeated.',
    }),
  ),
  include_jobs: Type.Optional(
    Type.Unsafe<string>({ type: 'string', enum: ['true', 'True'], description: 'Also what was sent by files.' }),
  ),
  older_than: Type.Optional(Type.String({ format: 'uuid', description: 'The id of the last one that was seen.' })),
});
const known = Object.keys(listQuery.properties);

/**
 * Reads the query of `GET /v2/notifications` (public API sheet §7.2).
 *
 * @throws AppError VALIDATION_FAILED with one message per problem
 */
export function readListQuery(query: Query): ListQuery {
  const problems: string[] = [];
  const statuses = valuesOf(query, 'status');
  const types = valuesOf(query, 'template_type');
  const [includeJobs] = valuesOf(query, 'include_jobs');
  const [olderThan] = valuesOf(query, 'older_than');
  const [reference] = valuesOf(query, 'reference');

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
  if (problems.length > 0) throw validationFailed(problems);
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
  const parameters = known.flatMap((name) => valuesOf(query, name).map((value): [string, string] => [name, value]));
  const current = withParameters(url, parameters);
  if (lastId === null) return { current };
  const others = parameters.filter(([name]) => name !== 'older_than');
  return { current, next: withParameters(url, [['older_than', lastId], ...others]) };
}

export function isStatusFilter(text: string): text is StatusFilter {
  return (statusFilters as readonly string[]).includes(text);
}
