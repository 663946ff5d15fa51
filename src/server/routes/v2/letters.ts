import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchemaCompiler } from 'fastify';
import { Type } from 'typebox';
import type { App } from '../../../lib/app.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import { isJsonObject, type JsonObject } from '../../../lib/core/json.ts';
import {
  acceptPrecompiledLetter,
  type AcceptedPrecompiledLetter,
} from '../../../lib/letters/accept-precompiled-letter.ts';
import { acceptTemplatedLetter, type AcceptedLetter } from '../../../lib/letters/accept-templated-letter.ts';
import { defaultPostage, type Postage } from '../../../lib/letters/postage.ts';
import { callerOf } from '../../plugins/authenticate.ts';
import { sendHooks } from '../../plugins/send-hooks.ts';
import {
  letterRequest,
  precompiledLetterRequest,
  type LetterRequest,
  type PrecompiledLetterRequest,
} from '../../schemas/letter-request.ts';
import { letterAnswer, precompiledLetterAnswer } from '../../schemas/notification-response.ts';
import { sendOperation } from '../../schemas/send-operations.ts';
import { commonAnswer, keptAnswer } from './send-answer.ts';

const operation = sendOperation({
  operationId: 'sendLetter',
  summary: 'Send a letter',
  body: Type.Union([letterRequest, precompiledLetterRequest]),
  answer: Type.Union([letterAnswer, precompiledLetterAnswer], { description: 'Accepted: the letter is stored.' }),
  errors: ['LETTER_REFUSED'],
});

type Body = LetterRequest | PrecompiledLetterRequest;

/** `POST /v2/notifications/letter`, of a template or of a PDF (public API sheet §4). */
export function registerLetters(server: FastifyInstance, app: App): void {
  server.route<{ Body: Body }>({
    method: 'POST',
    url: '/v2/notifications/letter',
    schema: operation,
    validatorCompiler: byContent(server.validatorCompiler!),
    ...sendHooks(app, 'letter'),
    handler: (request, reply) => {
      const { body } = request;
      return isPrecompiled(body)
        ? sendPrecompiled(app, request, reply, body)
        : sendTemplated(app, request, reply, body);
    },
  });
}

/** The mere presence of `content` makes a letter a precompiled one, whatever it holds. */
function isPrecompiled(body: unknown): body is PrecompiledLetterRequest {
  return isJsonObject(body) && Object.hasOwn(body, 'content');
}

/** Holds a body against the one schema that is meant: against both, the problems of both would be told. */
function byContent(compile: FastifySchemaCompiler<unknown>): FastifySchemaCompiler<unknown> {
  return (route) => {
    if (route.httpPart !== 'body') return compile(route);
    const ofTemplate = compile({ ...route, schema: letterRequest });
    const ofPdf = compile({ ...route, schema: precompiledLetterRequest });
    return (body: unknown) => (isPrecompiled(body) ? ofPdf : ofTemplate)(body);
  };
}

async function sendTemplated(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  body: LetterRequest,
): Promise<FastifyReply> {
  const answerTo = (accepted: AcceptedLetter): string =>
    JSON.stringify({
      ...commonAnswer(app, request, { ...accepted, reference: body.reference }),
      content: { body: accepted.body, subject: accepted.subject },
    });
  const accepted = await acceptTemplatedLetter(app, {
    ...callerOf(request),
    templateId: parseUuid(body.template_id)!,
    personalisation: body.personalisation as JsonObject,
    clientReference: body.reference ?? null,
    requestId: request.traceId,
    idempotentAnswer: keptAnswer(request, answerTo),
  });
  return answer(app, request, reply, answerTo(accepted));
}

async function sendPrecompiled(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
  body: PrecompiledLetterRequest,
): Promise<FastifyReply> {
  const answerTo = ({ id, postage }: AcceptedPrecompiledLetter): string =>
    JSON.stringify({ id, reference: body.reference, postage });
  const accepted = await acceptPrecompiledLetter(app, {
    ...callerOf(request),
    content: body.content,
    postage: (body.postage ?? defaultPostage) as Postage,
    clientReference: body.reference,
    requestId: request.traceId,
    idempotentAnswer: keptAnswer(request, answerTo),
  });
  return answer(app, request, reply, answerTo(accepted));
}

function answer(app: App, request: FastifyRequest, reply: FastifyReply, body: string): FastifyReply {
  app.metrics.notificationsAccepted.inc({ type: 'letter', key_type: callerOf(request).apiKey.keyType });
  return reply.code(201).type('application/json; charset=utf-8').send(body);
}
