import {
  expandStatusFilters,
  statusFilters,
  type NotificationStatus,
} from '../../../lib/notifications/notification-status.ts';
import { isTemplateType, templateTypes, type TemplateType } from '../../../lib/templates/template.ts';
import { assertV1Rules, choices, positiveInteger, readInteger } from '../../schemas/v1-rules.ts';
import { isStatusFilter } from '../v2/notification-list-query.ts';
import { valuesOf, type Query } from '../v2/parameters.ts';
import { pageSize as usualPageSize, parameter } from './requests.ts';

export interface NotificationFilters {
  readonly types: readonly TemplateType[];
  readonly statuses: readonly NotificationStatus[];
  /** From 1. */
  readonly page: number;
  readonly pageSize: number;
}

/** An answer must have a limit; reports are read in pages of this size. */
const largestPage = 5000;
const mostPages = 1e9;

const rules = {
  template_type: choices(templateTypes),
  status: choices(statusFilters),
  page: positiveInteger,
  page_size: positiveInteger,
};

/** What lists of notifications are filtered by (admin API sheet §4.10). @throws AppError VALIDATION_FAILED by parameter */
export function readNotificationFilters(query: Query): NotificationFilters {
  const types = valuesOf(query, 'template_type');
  const statuses = valuesOf(query, 'status');
  const [page, pageSize] = [parameter(query, 'page'), parameter(query, 'page_size')];
  assertV1Rules(rules, { template_type: [...types], status: [...statuses], page, page_size: pageSize });
  return {
    types: types.filter(isTemplateType),
    statuses: expandStatusFilters(statuses.filter(isStatusFilter)),
    page: page === undefined ? 1 : Math.min(readInteger(page)!, mostPages),
    pageSize: pageSize === undefined ? usualPageSize : Math.min(readInteger(pageSize)!, largestPage),
  };
}
