import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import { listReceivedTexts } from '../../../lib/inbound/list-received-texts.ts';
import { toReceivedTextView } from '../../../lib/inbound/received-text-view.ts';
import { baseUrlOf } from '../../base-url.ts';
import { authenticate, callerOf } from '../../plugins/authenticate.ts';
import { registerResource } from '../../resource.ts';
import { describeUnexpected } from '../../schemas/describe-problems.ts';
import { receivedTextsAnswer, receivedTextsQuery } from '../../schemas/received-text-response.ts';
import { validationFailed } from '../../schemas/validation-failed.ts';
import { valuesOf, type Query } from './parameters.ts';

const listSchema: FastifySchema = {
  tags: ['Received texts'],
  operationId: 'listReceivedTexts',
  summary: 'Texts that were sent to the service, the newest first',
  querystring: receivedTextsQuery,
  response: { 200: receivedTextsAnswer },
  errors: ['VALIDATION_FAILED'],
};

/** `GET /v2/received-text-messages` (public API sheet §9). */
export function registerReceivedTexts(server: FastifyInstance, app: App): void {
  registerResource(server, '/v2/received-text-messages', {
    onRequest: authenticate(app),
    GET: { schema: listSchema, handler: (request) => list(app, request) },
  });
}

async function list(app: App, request: FastifyRequest): Promise<object> {
  const olderThan = readOlderThan(request.query as Query);
  const texts = await listReceivedTexts(app, { serviceId: callerOf(request).service.id, olderThan });
  const current = `${baseUrlOf(app, request)}/v2/received-text-messages`;
  const last = texts.at(-1);
  return {
    received_text_messages: texts.map(toReceivedTextView),
    links: last === undefined ? { current } : { current, next: `${current}?older_than=${last.id}` },
  };
}

/** @throws AppError VALIDATION_FAILED with one message per problem */
function readOlderThan(query: Query): string | null {
  const problems: string[] = [];
  const [text] = valuesOf(query, 'older_than');
  const id = text === undefined ? null : parseUuid(text);
  if (text !== undefined && id === null) problems.push('older_than is not a valid UUID');
  const unexpected = Object.keys(query).filter((name) => name !== 'older_than');
  if (unexpected.length > 0) problems.push(describeUnexpected(unexpected));
  if (problems.length > 0) throw validationFailed(problems);
  return id;
}
