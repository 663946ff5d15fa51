import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { isAppError } from '../../../lib/core/errors.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import { cancelJob } from '../../../lib/jobs/cancel-job.ts';
import { cancelLetterJob } from '../../../lib/jobs/cancel-letter-job.ts';
import { createJob } from '../../../lib/jobs/create-job.ts';
import { toJobView } from '../../../lib/jobs/job-view.ts';
import { listJobs, readScheduledJobs, type JobListQuery } from '../../../lib/jobs/list-jobs.ts';
import { countJobNotifications, requireJobOfService, showJobOfService } from '../../../lib/jobs/show-job.ts';
import { pageJobNotifications } from '../../../lib/notifications/list-job-notifications.ts';
import { toNotificationDetailsView } from '../../../lib/notifications/notification-details-view.ts';
import { toNotificationReportView } from '../../../lib/notifications/notification-report-view.ts';
import { requireService } from '../../../lib/services/show-service.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { readNotificationFilters } from './notification-filters.ts';
import {
  bodyOf,
  idIn,
  integerParameter,
  isTrue,
  pageAnswer,
  pageParameter,
  pageSize,
  parameter,
  queryOf,
  serviceIdOf,
} from './requests.ts';
import type { Query } from '../v2/parameters.ts';

/** Jobs of a service (jobs sheet §3). */
export function registerJobs(routes: InternalRoutes, app: App): void {
  routes('/service/:service_id/job', {
    GET: (request) => list(app, request),
    POST: (request, reply) => create(app, request, reply),
  });
  routes('/service/:service_id/job/scheduled-job-stats', { GET: (request) => showScheduled(app, request) });
  routes('/service/:service_id/job/:job_id', { GET: (request) => show(app, request) });
  routes('/service/:service_id/job/:job_id/notifications', { GET: (request) => listNotifications(app, request) });
  routes('/service/:service_id/job/:job_id/notification_count', { GET: (request) => count(app, request) });
  routes('/service/:service_id/job/:job_id/cancel', { POST: (request) => cancel(app, request) });
  routes('/service/:service_id/job/:job_id/cancel-letter-job', {
    POST: (request, reply) => cancelLetters(app, request, reply),
  });
}

async function list(app: App, request: FastifyRequest): Promise<object> {
  const { id: serviceId } = await requireService(app, serviceIdOf(request));
  const query = readListQuery(queryOf(request), serviceId);
  const found = query === null ? { jobs: [], total: 0 } : await listJobs(app, query);
  return pageAnswer(request, { page: query?.page ?? 1 }, found, ({ jobs }) => ({
    data: jobs.map((job) => toJobView(job, job.statistics)),
  }));
}

/** Null for what cannot find anything. @throws AppError VALIDATION_FAILED for a number that is none */
function readListQuery(query: Query, serviceId: string): JobListQuery | null {
  const contactList = parameter(query, 'contact_list_id') ?? '';
  const contactListId = parseUuid(contactList);
  if (contactList !== '' && contactListId === null) return null;
  const statuses = (parameter(query, 'statuses') ?? '').split(',').map((status) => status.trim());
  return {
    serviceId,
    statuses: statuses.filter((status) => status !== ''),
    limitDays: integerParameter(query, 'limit_days'),
    contactListId,
    page: pageParameter(query),
    pageSize,
  };
}

async function create(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const job = await createJob(app, { serviceId: serviceIdOf(request), body: bodyOf(request) });
  return reply.code(201).send({ data: toJobView(job) });
}

async function showScheduled(app: App, request: FastifyRequest): Promise<object> {
  const { id: serviceId } = await requireService(app, serviceIdOf(request));
  const { count: scheduled, soonest } = await readScheduledJobs(app, { serviceId });
  return { count: scheduled, soonest_scheduled_for: soonest === null ? null : pythonIsoTime(soonest) };
}

/** `2017-07-17T09:00:00+00:00`, with six fractional digits where they are not all zero. */
function pythonIsoTime(instant: Date): string {
  return instant.toISOString().replace(/(?:\.000|(\.\d{3}))Z$/, (_, fraction?: string) => {
    return `${fraction === undefined ? '' : `${fraction}000`}+00:00`;
  });
}

async function show(app: App, request: FastifyRequest): Promise<object> {
  const { statistics, ...job } = await showJobOfService(app, jobIn(request));
  return { data: toJobView(job, statistics) };
}

async function listNotifications(app: App, request: FastifyRequest): Promise<object> {
  const job = jobIn(request);
  await requireJobOfService(app, job);
  const filters = readNotificationFilters(queryOf(request));
  const { page, pageSize: size } = filters;
  const found = await pageJobNotifications(app, { ...job, ...filters });
  const view = isTrue(queryOf(request), 'format_for_csv') ? toNotificationReportView : toNotificationDetailsView;
  return pageAnswer(request, { page, size }, found, ({ notifications }) => ({
    notifications: notifications.map((notification) => view(notification)),
  }));
}

async function count(app: App, request: FastifyRequest): Promise<object> {
  return { count: await countJobNotifications(app, jobIn(request)) };
}

async function cancel(app: App, request: FastifyRequest): Promise<object> {
  return { data: toJobView(await cancelJob(app, jobIn(request))) };
}

async function cancelLetters(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  try {
    return reply.send(await cancelLetterJob(app, jobIn(request)));
  } catch (error) {
    // This refusal alone has no `result`.
    if (!isAppError(error, 'REQUEST_INVALID')) throw error;
    return reply.code(400).send({ message: error.message });
  }
}

function jobIn(request: FastifyRequest): { serviceId: string; jobId: string } {
  return { serviceId: serviceIdOf(request), jobId: idIn(request, 'job_id') };
}
