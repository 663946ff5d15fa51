import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App } from '../../../lib/app.ts';
import { toApiDateTime, toApiDateTimeOrNull } from '../../../lib/core/clock.ts';
import type { DataRetention } from '../../../lib/retention/data-retention.ts';
import {
  addDataRetention,
  changeDataRetention,
  showDataRetention,
} from '../../../lib/retention/save-data-retention.ts';
import { templateTypes, type TemplateType } from '../../../lib/templates/template.ts';
import { validationFailed } from '../../schemas/validation-failed.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { idIn, serviceIdOf } from './requests.ts';

const change = Type.Object({ days_of_retention: Type.Integer() });
const addition = Type.Object({
  notification_type: Type.String({ enum: [...templateTypes] }),
  days_of_retention: Type.Integer(),
});

/** How long a service keeps its messages (admin API sheet §4.12). */
export function registerDataRetention(routes: InternalRoutes, app: App): void {
  const path = '/service/:service_id/data-retention';
  routes(path, {
    GET: async (request) => (await showDataRetention(app, { serviceId: serviceIdOf(request) })).map(toView),
    POST: { body: addition, handler: (request, reply) => add(app, request, reply) },
  });
  routes(`${path}/notification-type/:type`, {
    GET: (request) => find(app, request, ({ notificationType }) => notificationType === typeIn(request)),
  });
  routes(`${path}/:retention_id`, {
    GET: (request) => find(app, request, ({ id }) => id === idIn(request, 'retention_id')),
    POST: { body: change, handler: (request, reply) => update(app, request, reply) },
  });
}

function typeIn(request: FastifyRequest): string {
  return (request.params as { type: string }).type;
}

/** One of them, or an empty object. */
async function find(app: App, request: FastifyRequest, isIt: (retention: DataRetention) => boolean): Promise<object> {
  const found = (await showDataRetention(app, { serviceId: serviceIdOf(request) })).find(isIt);
  return found === undefined ? {} : toView(found);
}

async function add(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { notification_type: notificationType } = request.body as { notification_type: TemplateType };
  const input = { serviceId: serviceIdOf(request), notificationType, daysOfRetention: daysIn(request) };
  return reply.code(201).send({ result: toView(await addDataRetention(app, input)) });
}

async function update(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const id = idIn(request, 'retention_id');
  await changeDataRetention(app, { serviceId: serviceIdOf(request), id, daysOfRetention: daysIn(request) });
  return reply.code(204).send();
}

/** Longer than anything is kept, and what the column can hold. */
const mostDays = 36_500;

/** @throws AppError VALIDATION_FAILED for less than a day */
function daysIn(request: FastifyRequest): number {
  const days = Number((request.body as { days_of_retention: number }).days_of_retention);
  if (days < 1) throw validationFailed([`days_of_retention ${days} is less than the minimum of 1`]);
  if (days > mostDays) throw validationFailed([`days_of_retention ${days} is greater than the maximum of ${mostDays}`]);
  return days;
}

function toView(retention: DataRetention): object {
  return {
    id: retention.id,
    service_id: retention.serviceId,
    service_name: retention.serviceName,
    notification_type: retention.notificationType,
    days_of_retention: retention.daysOfRetention,
    created_at: toApiDateTime(retention.createdAt),
    updated_at: toApiDateTimeOrNull(retention.updatedAt),
  };
}
