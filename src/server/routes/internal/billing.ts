import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App } from '../../../lib/app.ts';
import { billingYear, mostFreeUnits, type Allowance } from '../../../lib/billing/allowance.ts';
import { setAllowance } from '../../../lib/billing/set-allowance.ts';
import { showAllowance } from '../../../lib/billing/show-allowance.ts';
import { showUsage, type UsageOfYear } from '../../../lib/billing/show-usage.ts';
import { toMonthlyUsageView, toUsageView } from '../../../lib/billing/usage-view.ts';
import { AppError } from '../../../lib/core/errors.ts';
import { readInteger } from '../../schemas/v1-rules.ts';
import { validationFailed } from '../../schemas/validation-failed.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { parameter, queryOf, serviceIdOf } from './requests.ts';

const limitBody = Type.Object({
  free_sms_fragment_limit: Type.Integer(),
  financial_year_start: Type.Optional(Type.Integer()),
});

/** Usage and free allowances of a service (admin API sheet §4.13). */
export function registerBilling(routes: InternalRoutes, app: App): void {
  const service = '/service/:service_id/billing';
  routes(`${service}/monthly-usage`, {
    GET: async (request) => toMonthlyUsageView((await usageOf(app, request, 'month')).lines),
  });
  routes(`${service}/yearly-usage-summary`, {
    GET: async (request) => (await usageOf(app, request, 'year')).lines.map(toUsageView),
  });
  routes(`${service}/free-sms-fragment-limit`, {
    GET: (request) => showLimit(app, request),
    POST: { body: limitBody, handler: (request, reply) => setLimit(app, request, reply) },
  });
}

async function usageOf(app: App, request: FastifyRequest, by: 'month' | 'year'): Promise<UsageOfYear> {
  const serviceId = serviceIdOf(request);
  const year = yearIn(request, 'year');
  if (year === null) throw noYear();
  return showUsage(app, { serviceId, year, by });
}

async function showLimit(app: App, request: FastifyRequest): Promise<object> {
  const serviceId = serviceIdOf(request);
  const year = yearIn(request, 'financial_year_start') ?? billingYear(app.clock.now());
  return toView(await showAllowance(app, { serviceId, year }));
}

function toView({ limit, year }: Allowance): object {
  return { free_sms_fragment_limit: limit, financial_year_start: year };
}

/** Answers with what was sent. */
async function setLimit(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const serviceId = serviceIdOf(request);
  const body = request.body as { free_sms_fragment_limit: unknown; financial_year_start?: unknown };
  const limit = Number(body.free_sms_fragment_limit);
  if (limit < 0) throw validationFailed([`free_sms_fragment_limit ${limit} is less than the minimum of 0`]);
  if (limit > mostFreeUnits)
    throw validationFailed([`free_sms_fragment_limit ${limit} is greater than the maximum of ${mostFreeUnits}`]);
  const year = body.financial_year_start === undefined ? null : Number(body.financial_year_start);
  await setAllowance(app, { serviceId, limit, ...(year !== null && { year }) });
  return reply.code(201).send({ free_sms_fragment_limit: limit, ...(year !== null && { financial_year_start: year }) });
}

/** Null: left out. @throws AppError REQUEST_INVALID for what is no number */
function yearIn(request: FastifyRequest, name: string): number | null {
  const text = parameter(queryOf(request), name);
  if (text === undefined || text === '') return null;
  const year = readInteger(text);
  if (year === null) throw noYear();
  return year;
}

function noYear(): AppError {
  return new AppError('REQUEST_INVALID', 'No valid year provided');
}
