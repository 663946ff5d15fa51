import type { FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { isJsonObject, type JsonObject } from '../../../lib/core/json.ts';
import { recordReturnedLetters } from '../../../lib/print-runs/record-returned-letters.ts';
import { validationFailed } from '../../schemas/validation-failed.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { bodyOf } from './requests.ts';

/** Letters, whatever their service (letters sheet §11). */
export function registerLetters(routes: InternalRoutes, app: App): void {
  routes('/letters/returned', { POST: (request) => recordReturned(app, request) });
}

async function recordReturned(app: App, request: FastifyRequest): Promise<object> {
  const references = referencesOf(bodyOf(request));
  await recordReturnedLetters(app, { references });
  return { references };
}

function referencesOf(body: JsonObject): string[] {
  const references = isJsonObject(body) ? body['references'] : undefined;
  if (references === undefined) throw validationFailed(['references is a required property']);
  if (!Array.isArray(references)) throw validationFailed(['references is not of type array']);
  if (references.length === 0) throw validationFailed(['references [] is too short']);
  if (!references.every((reference) => typeof reference === 'string'))
    throw validationFailed(['references is not of type string']);
  return references;
}
