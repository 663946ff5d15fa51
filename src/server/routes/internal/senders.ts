import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type TSchema } from 'typebox';
import type { App } from '../../../lib/app.ts';
import { toApiDateTime, toApiDateTimeOrNull } from '../../../lib/core/clock.ts';
import { addSender } from '../../../lib/services/add-sender.ts';
import { archiveSender } from '../../../lib/services/archive-sender.ts';
import type { Sender, SenderType } from '../../../lib/services/sender.ts';
import { listSenders, requireSender } from '../../../lib/services/show-senders.ts';
import { updateSender } from '../../../lib/services/update-sender.ts';
import { releaseLetterContact } from '../../../lib/templates/release-letter-contact.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { idIn, nothingFound, serviceIdOf } from './requests.ts';

interface Kind {
  readonly type: SenderType;
  readonly path: string;
  /** The member that holds the text of the sender. */
  readonly value: string;
  /** Whether answers to writes stand under `data`. */
  readonly isWrapped: boolean;
}

const kinds: readonly Kind[] = [
  { type: 'email', path: 'email-reply-to', value: 'email_address', isWrapped: true },
  { type: 'letter', path: 'letter-contact', value: 'contact_block', isWrapped: true },
  { type: 'sms', path: 'sms-sender', value: 'sms_sender', isWrapped: false },
];

/** Reply-to addresses, letter contacts and text message senders (admin API sheet §4.5). */
export function registerSenders(routes: InternalRoutes, app: App): void {
  for (const kind of kinds) {
    const body = bodyOf(kind);
    const path = `/service/:service_id/${kind.path}`;
    routes(path, {
      GET: (request) => list(app, request, kind),
      POST: { body, handler: (request, reply) => add(app, request, reply, kind) },
    });
    routes(`${path}/:sender_id`, {
      GET: (request) => show(app, request, kind),
      POST: { body, handler: (request) => update(app, request, kind) },
    });
    routes(`${path}/:sender_id/archive`, { POST: (request) => archive(app, request, kind) });
  }
}

function bodyOf({ value }: Kind): TSchema {
  return Type.Object({ [value]: Type.String(), is_default: Type.Boolean() });
}

async function list(app: App, request: FastifyRequest, kind: Kind): Promise<object> {
  const senders = await listSenders(app, { serviceId: serviceIdOf(request), type: kind.type });
  return senders.map((sender) => toView(sender, kind));
}

async function show(app: App, request: FastifyRequest, kind: Kind): Promise<object> {
  const sender = await requireSender(app, senderIn(request, kind));
  if (sender.archived) throw nothingFound();
  return toView(sender, kind);
}

async function add(app: App, request: FastifyRequest, reply: FastifyReply, kind: Kind): Promise<unknown> {
  const sender = await addSender(app, { serviceId: serviceIdOf(request), type: kind.type, ...readBody(request, kind) });
  return reply.code(201).send(toAnswer(sender, kind));
}

async function update(app: App, request: FastifyRequest, kind: Kind): Promise<object> {
  const { sender } = await updateSender(app, { ...senderIn(request, kind), ...readBody(request, kind) });
  return toAnswer(sender, kind);
}

async function archive(app: App, request: FastifyRequest, kind: Kind): Promise<object> {
  const { sender } = await archiveSender(app, { ...senderIn(request, kind), releaseLetterContact });
  return { data: toView(sender, kind) };
}

function senderIn(request: FastifyRequest, { type }: Kind): { serviceId: string; senderId: string; type: SenderType } {
  return { serviceId: serviceIdOf(request), senderId: idIn(request, 'sender_id'), type };
}

function readBody(request: FastifyRequest, { value }: Kind): { value: string; isDefault: boolean } {
  const body = request.body as Record<string, unknown>;
  return { value: body[value] as string, isDefault: body['is_default'] as boolean };
}

function toAnswer(sender: Sender, kind: Kind): object {
  return kind.isWrapped ? { data: toView(sender, kind) } : toView(sender, kind);
}

/** A text message sender in an answer. */
export function toSmsSenderView(sender: Sender): object {
  return toView(
    sender,
    kinds.find(({ type }) => type === 'sms')!,
  );
}

function toView(sender: Sender, { type, value }: Kind): object {
  return {
    id: sender.id,
    service_id: sender.serviceId,
    [value]: sender.value,
    is_default: sender.isDefault,
    archived: sender.archived,
    ...(type === 'sms' && { inbound_number_id: sender.inboundNumberId }),
    created_at: toApiDateTime(sender.createdAt),
    updated_at: toApiDateTimeOrNull(sender.updatedAt),
  };
}
