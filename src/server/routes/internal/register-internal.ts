import type { FastifyInstance } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { authenticateInternal, registerInternalLog } from '../../plugins/authenticate-internal.ts';
import { registerInternalErrors } from '../../plugins/errors.ts';
import { registerResource, type Method } from '../../resource.ts';
import { registerInternalBroadcasts, registerPublicAlerts } from './broadcasts.ts';
import { registerApiKeys } from './api-keys.ts';
import { registerBilling } from './billing.ts';
import { registerBillingReports } from './billing-reports.ts';
import { registerCallbacks } from './callbacks.ts';
import { registerContactLists } from './contact-lists.ts';
import { registerDataRetention } from './data-retention.ts';
import { registerEvents } from './events.ts';
import { registerGuestList } from './guest-list.ts';
import { registerInbound } from './inbound.ts';
import type { InternalHandler, InternalRoutes, ValidatedHandler } from './internal-routes.ts';
import { registerJobs } from './jobs.ts';
import { registerInternalBodies } from './requests.ts';
import { registerMembers } from './members.ts';
import { registerNotifications } from './notifications.ts';
import { registerOrganisations } from './organisations.ts';
import { registerPlatformStatistics } from './platform-statistics.ts';
import { registerLetterPreviews } from './letter-previews.ts';
import { registerLetters } from './letters.ts';
import { registerProviderDetails } from './provider-details.ts';
import { registerReturnedLetters } from './returned-letters.ts';
import { registerSenders } from './senders.ts';
import { registerSendNotification } from './send-notification.ts';
import { registerServices } from './services.ts';
import { registerStatistics } from './statistics.ts';
import { registerTemplates } from './templates.ts';
import { registerUnsubscribeStatistics } from './unsubscribe-statistics.ts';
import { registerUploadedLetters } from './uploaded-letters.ts';
import { registerUploads } from './uploads.ts';
import { registerUsers } from './users.ts';

const domains = [
  registerApiKeys,
  registerBilling,
  registerBillingReports,
  registerCallbacks,
  registerContactLists,
  registerDataRetention,
  registerEvents,
  registerGuestList,
  registerInbound,
  registerJobs,
  registerLetterPreviews,
  registerLetters,
  registerMembers,
  registerNotifications,
  registerOrganisations,
  registerPlatformStatistics,
  registerProviderDetails,
  registerReturnedLetters,
  registerSenders,
  registerSendNotification,
  registerServices,
  registerStatistics,
  registerTemplates,
  registerUnsubscribeStatistics,
  registerUploadedLetters,
  registerUploads,
  registerUsers,
];

/** The internal API (admin API sheet): for a front end and tools, behind tokens of its own, and in no document. */
export function registerInternal(server: FastifyInstance, app: App): void {
  registerInternalErrors(server);
  registerInternalBodies(server);
  registerInternalLog(server);
  const onRequest = authenticateInternal(app);
  const routes: InternalRoutes = (url, methods) => {
    const own = Object.entries(methods).map(([method, handler]) => [method, toMethod(handler)]);
    registerResource(server, url, { ...(Object.fromEntries(own) as Record<string, Method>), onRequest });
  };
  for (const register of domains) register(routes, app);
  registerInternalBroadcasts(routes, app);
  registerPublicAlerts(server, app);
}

function toMethod(given: InternalHandler | ValidatedHandler): Method {
  const schema = { hide: true, tags: ['internal'] };
  if (typeof given === 'function') return { schema, handler: given };
  return { schema: { ...schema, body: given.body }, handler: given.handler };
}
