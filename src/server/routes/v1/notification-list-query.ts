import { expandStatusFilters, statusFilters } from '../../../lib/notifications/notification-status.ts';
import type { NotificationPageQuery } from '../../../lib/notifications/page-notifications.ts';
import { isTemplateType, templateTypes } from '../../../lib/templates/template.ts';
import { v1ListQuery } from '../../schemas/v1-notification.ts';
import {
  assertV1Rules,
  choices,
  integer,
  positiveInteger,
  readInteger,
  readTruth,
  truth,
  type V1Rule,
} from '../../schemas/v1-rules.ts';
import { isStatusFilter } from '../v2/notification-list-query.ts';
import { valuesOf, withParameters, type Query } from '../v2/parameters.ts';

const defaultPageSize = 250;
/** The reference had no limit; an answer must have one. */
const maxPageSize = 250;
/** No list has as many pages, and the database can still count them. */
const maxPage = 1e12;

const parameters = Object.keys(v1ListQuery.properties);

const rules: Readonly<Record<string, V1Rule>> = {
  template_type: choices(templateTypes),
  status: choices(statusFilters),
  page: positiveInteger,
  page_size: positiveInteger,
  limit_days: integer,
  include_jobs: truth,
};

/**
 * Reads the query of `GET /notifications` (public API sheet §15): of parameters that are not filters the first value
 * counts, and unknown ones are ignored.
 *
 * @throws AppError VALIDATION_FAILED by parameter
 */
export function readV1ListQuery(query: Query): Omit<NotificationPageQuery, 'serviceId' | 'keyType'> {
  const types = valuesOf(query, 'template_type');
  const statuses = valuesOf(query, 'status');
  const [page] = valuesOf(query, 'page');
  const [pageSize] = valuesOf(query, 'page_size');
  const [limitDays] = valuesOf(query, 'limit_days');
  const [includeJobs] = valuesOf(query, 'include_jobs');
  assertV1Rules(rules, {
    template_type: [...types],
    status: [...statuses],
    page,
    page_size: pageSize,
    limit_days: limitDays,
    include_jobs: includeJobs,
  });
  return {
    types: types.filter(isTemplateType),
    statuses: expandStatusFilters(statuses.filter(isStatusFilter)),
    page: page === undefined ? 1 : Math.min(readInteger(page)!, maxPage),
    pageSize: pageSize === undefined ? defaultPageSize : Math.min(readInteger(pageSize)!, maxPageSize),
    limitDays: limitDays === undefined ? null : readInteger(limitDays),
    includeJobs: includeJobs !== undefined && readTruth(includeJobs) === true,
  };
}

export interface V1Links {
  prev?: string;
  next?: string;
  last?: string;
}

/** Paths of the pages around this one, with the parameters that were given; `last` only where there is a next one. */
export function v1ListLinks(query: Query, { page, pageCount }: { page: number; pageCount: number }): V1Links {
  const given = parameters
    .filter((name) => name !== 'page')
    .flatMap((name) => valuesOf(query, name).map((value): [string, string] => [name, value]));
  const pathOf = (number: number): string => withParameters('/notifications', [['page', String(number)], ...given]);
  return {
    ...(page > 1 && { prev: pathOf(page - 1) }),
    ...(page < pageCount && { next: pathOf(page + 1), last: pathOf(pageCount) }),
  };
}
