import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { changeGuestList } from '../../../lib/services/change-guest-list.ts';
import { showGuestList } from '../../../lib/services/show-guest-list.ts';
import { requiredTexts } from '../../schemas/internal-rules.ts';
import { assertV1Rules } from '../../schemas/v1-rules.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { bodyOf, serviceIdOf } from './requests.ts';

/** Who may receive messages of a trial service (admin API sheet §4.3); the older path is served, too. */
export function registerGuestList(routes: InternalRoutes, app: App): void {
  for (const name of ['guest-list', 'whitelist']) {
    routes(`/service/:service_id/${name}`, {
      GET: (request) => show(app, request),
      PUT: (request, reply) => replace(app, request, reply),
    });
  }
}

async function show(app: App, request: FastifyRequest): Promise<object> {
  const entries = await showGuestList(app, { serviceId: serviceIdOf(request) });
  const recipientsOf = (type: 'email' | 'mobile'): string[] =>
    entries.filter(({ recipientType }) => recipientType === type).map(({ recipient }) => recipient);
  return { email_addresses: recipientsOf('email'), phone_numbers: recipientsOf('mobile') };
}

const rules = { email_addresses: requiredTexts, phone_numbers: requiredTexts };

async function replace(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const body = bodyOf(request);
  assertV1Rules(rules, body);
  const { email_addresses: addresses, phone_numbers: numbers } = body as Record<string, string[]>;
  await changeGuestList(app, { serviceId: serviceIdOf(request), replacement: [...addresses!, ...numbers!] });
  return reply.code(204).send();
}
