import type { FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { toApiDateTimeOrNull } from '../../../lib/core/clock.ts';
import { AppError, fieldError } from '../../../lib/core/errors.ts';
import { findLastUse } from '../../../lib/statistics/find-last-use.ts';
import { showMonthlyStatistics, showMonthlyTemplateUsage } from '../../../lib/statistics/show-monthly-statistics.ts';
import {
  countServiceMessages,
  showDailyStatistics,
  showServiceStatistics,
} from '../../../lib/statistics/show-service-statistics.ts';
import {
  showTemplateStatistics,
  showTemplateTotals,
  type TemplateCount,
} from '../../../lib/statistics/show-template-statistics.ts';
import { templateTypes, type TemplateType } from '../../../lib/templates/template.ts';
import { createTemplateUsageHashes } from '../../../lib/usage/template-usage-hashes.ts';
import { wholeDays } from '../../../lib/usage/template-usage.ts';
import { assertV1Rules, choices, readInteger } from '../../schemas/v1-rules.ts';
import type { Query } from '../v2/parameters.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { idIn, integerParameter, isTrue, parameter, queryOf, serviceIdOf } from './requests.ts';

/** Statistics of a service (data sheet §4.2). */
export function registerStatistics(routes: InternalRoutes, app: App): void {
  const service = '/service/:service_id';
  routes(`${service}/template-statistics`, { GET: (request) => showTemplates(app, request) });
  routes(`${service}/template-statistics/last-used/:template_id`, { GET: (request) => showLastUse(app, request) });
  routes(`${service}/statistics`, {
    GET: async (request) => ({ data: await showServiceStatistics(app, windowOf(request)) }),
  });
  routes(`${service}/notifications-statistics`, { GET: (request) => showDays(app, request) });
  routes(`${service}/notifications/count`, { GET: (request) => count(app, request) });
  routes(`${service}/notifications/monthly`, { GET: (request) => showMonths(app, request) });
  routes(`${service}/notifications/templates_usage/monthly`, { GET: (request) => showTemplateMonths(app, request) });
}

async function showTemplates(app: App, request: FastifyRequest): Promise<object> {
  const query = queryOf(request);
  const window = { limitDays: wholeDaysIn(query), serviceId: serviceIdOf(request) };
  const by = parameter(query, 'by');
  assertV1Rules({ by: choices(['template', 'status']) }, { by: by === undefined ? [] : [by] });
  if (by === 'template') {
    const hashes = app.redis === null ? null : createTemplateUsageHashes(app.redis);
    return { data: (await showTemplateTotals({ ...app, hashes }, window)).map(toTemplateCount) };
  }
  const counts = await showTemplateStatistics(app, window);
  return { data: counts.map((counted) => ({ ...toTemplateCount(counted), status: counted.status })) };
}

/** Under its new name or its old one. @throws AppError VALIDATION_FAILED, also when it is left out */
function wholeDaysIn(query: Query): number {
  const text = parameter(query, 'whole_days') ?? parameter(query, 'limit_days') ?? '';
  const days = readInteger(text);
  if (days === null) throw fieldError('VALIDATION_FAILED', { whole_days: [`${text} is not an integer`] });
  if (days >= 0 && days <= wholeDays) return days;
  throw fieldError('VALIDATION_FAILED', { whole_days: [`whole_days must be between 0 and ${wholeDays}`] });
}

function toTemplateCount({ template, count: messages }: TemplateCount): object {
  return {
    count: messages,
    template_id: template.id,
    template_name: template.name,
    template_type: template.type,
    is_precompiled_letter: template.isPrecompiledLetter,
  };
}

async function showLastUse(app: App, request: FastifyRequest): Promise<object> {
  const template = { serviceId: serviceIdOf(request), templateId: idIn(request, 'template_id') };
  return { last_date_used: toApiDateTimeOrNull(await findLastUse(app, template)) };
}

/** Longer than any service had messages. */
const mostDays = 3650;

/** @throws AppError VALIDATION_FAILED */
function windowOf(request: FastifyRequest): { serviceId: string; limitDays: number } {
  const query = queryOf(request);
  const given = integerParameter(query, 'limit_days') ?? wholeDays;
  if (given < 0 || given > mostDays) {
    throw fieldError('VALIDATION_FAILED', { limit_days: [`limit_days must be between 0 and ${mostDays}`] });
  }
  return { serviceId: serviceIdOf(request), limitDays: isTrue(query, 'today_only') ? 0 : given };
}

/** The shape of 2016: a row for each day with messages. */
async function showDays(app: App, request: FastifyRequest): Promise<object> {
  const window = windowOf(request);
  const days = await showDailyStatistics(app, window);
  return {
    data: days.map(({ day, totals: { email, sms } }) => ({
      day,
      service: window.serviceId,
      emails_requested: email.requested,
      emails_delivered: email.delivered,
      emails_failed: email.failed,
      sms_requested: sms.requested,
      sms_delivered: sms.delivered,
      sms_failed: sms.failed,
    })),
  };
}

async function count(app: App, request: FastifyRequest): Promise<object> {
  const type = parameter(queryOf(request), 'template_type');
  assertV1Rules({ template_type: choices(templateTypes) }, { template_type: type === undefined ? [] : [type] });
  const messages = await countServiceMessages(app, {
    ...windowOf(request),
    type: type === undefined ? null : (type as TemplateType),
  });
  return { notifications_sent_count: messages };
}

async function showMonths(app: App, request: FastifyRequest): Promise<object> {
  const months = await showMonthlyStatistics(app, { year: yearIn(request), serviceId: serviceIdOf(request) });
  return { data: Object.fromEntries(months.map(({ month, totals }) => [month, totals])) };
}

async function showTemplateMonths(app: App, request: FastifyRequest): Promise<object> {
  const months = await showMonthlyTemplateUsage(app, { year: yearIn(request), serviceId: serviceIdOf(request) });
  return {
    stats: months.map(({ month, template, count: messages }) => ({
      template_id: template.id,
      name: template.name,
      type: template.type,
      month: Number(month.slice(5)),
      year: Number(month.slice(0, 4)),
      count: messages,
      is_precompiled_letter: template.isPrecompiledLetter,
    })),
  };
}

/** @throws AppError REQUEST_INVALID, also for a year that no calendar has */
function yearIn(request: FastifyRequest): number {
  const year = readInteger(parameter(queryOf(request), 'year') ?? '');
  if (year !== null && year >= 1 && year <= 9998) return year;
  throw new AppError('REQUEST_INVALID', 'Year must be a number');
}
