import type { FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { countProviderTexts } from '../../../lib/billing/count-provider-texts.ts';
import { toApiDateTimeOrNull } from '../../../lib/core/clock.ts';
import { fieldError } from '../../../lib/core/errors.ts';
import { given } from '../../../lib/core/given.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import type { ProviderDetails } from '../../../lib/providers/provider-details.ts';
import {
  showAllProviderDetails,
  showProviderDetails,
  showProviderVersions,
} from '../../../lib/providers/show-provider-details.ts';
import { updateProviderSettings } from '../../../lib/providers/update-provider-settings.ts';
import { requireUser } from '../../../lib/users/show-user.ts';
import { optional, readNumber, requiredBoolean, requiredCount, requiredUuid } from '../../schemas/internal-rules.ts';
import { assertV1Rules, requiredText, type V1Rule } from '../../schemas/v1-rules.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { bodyOf, idIn } from './requests.ts';

/** Providers of messages (admin API sheet §4.12). */
export function registerProviderDetails(routes: InternalRoutes, app: App): void {
  routes('/provider-details', {
    GET: () => list(app),
  });
  routes('/provider-details/:provider_id', {
    GET: async (request) => ({ provider_details: toView(await showProviderDetails(app, placeOf(request))) }),
    POST: (request) => update(app, request),
  });
  routes('/provider-details/:provider_id/versions', {
    GET: async (request) => ({ data: (await showProviderVersions(app, placeOf(request))).map(toView) }),
  });
}

const priority: V1Rule = (value) => {
  const problems = requiredCount(value);
  if (problems.length > 0) return problems;
  return readNumber(value!)! > 100 ? ['Must be between 0 and 100.'] : [];
};

const rules: Readonly<Record<string, V1Rule>> = {
  priority: optional(priority),
  active: optional(requiredBoolean),
  created_by: optional(requiredUuid),
  reason: optional(requiredText(), { nullable: true }),
};

async function update(app: App, request: FastifyRequest): Promise<object> {
  const place = placeOf(request);
  const { identifier, notificationType: type } = await showProviderDetails(app, place);
  const body = bodyOf(request);
  const others = Object.keys(body).filter((name) => !Object.hasOwn(rules, name));
  if (others.length > 0) {
    const refused = others.map((name) => [name, ['Not permitted to be updated']]);
    throw fieldError('VALIDATION_FAILED', Object.fromEntries(refused) as Record<string, string[]>);
  }
  assertV1Rules(rules, body);
  const author = body['created_by'] === undefined ? undefined : parseUuid(body['created_by'])!;
  if (author !== undefined) await requireUser(app, author);
  await updateProviderSettings(app, {
    identifier,
    type,
    ...given({
      priority: body['priority'] === undefined ? undefined : readNumber(body['priority'])!,
      active: body['active'] as boolean | undefined,
      reason: (body['reason'] ?? undefined) as string | undefined,
      updatedById: author,
    }),
  });
  return { provider_details: toView(await showProviderDetails(app, place)) };
}

function placeOf(request: FastifyRequest): { providerId: string } {
  return { providerId: idIn(request, 'provider_id') };
}

async function list(app: App): Promise<object> {
  const [providers, units] = [await showAllProviderDetails(app), await countProviderTexts(app)];
  const unitsOf = ({ notificationType, identifier }: ProviderDetails): number =>
    notificationType === 'sms' ? (units.get(identifier) ?? 0) : 0;
  return {
    provider_details: providers.map((provider) => {
      const { version: _, ...listed } = toView(provider);
      return { ...listed, current_month_billable_sms: unitsOf(provider) };
    }),
  };
}

function toView(provider: ProviderDetails): Readonly<Record<string, unknown>> {
  return {
    id: provider.id,
    display_name: provider.displayName,
    identifier: provider.identifier,
    priority: provider.priority,
    notification_type: provider.notificationType,
    active: provider.active,
    version: provider.version,
    updated_at: toApiDateTimeOrNull(provider.updatedAt),
    supports_international: provider.supportsInternational,
    created_by_name: provider.createdByName,
    reason: provider.reason,
  };
}
