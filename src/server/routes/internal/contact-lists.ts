import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { App } from '../../../lib/app.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import { archiveContactList } from '../../../lib/contact-lists/archive-contact-list.ts';
import { contactListTypes, type ContactListType } from '../../../lib/contact-lists/contact-list.ts';
import { toContactListView } from '../../../lib/contact-lists/contact-list-view.ts';
import { createContactList } from '../../../lib/contact-lists/create-contact-list.ts';
import { listContactLists, showContactList } from '../../../lib/contact-lists/list-contact-lists.ts';
import { requireService } from '../../../lib/services/show-service.ts';
import { largestInteger } from '../../schemas/internal-rules.ts';
import { validationFailed } from '../../schemas/validation-failed.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { idIn, serviceIdOf } from './requests.ts';

const newList = Type.Object({
  id: Type.String({ format: 'notify-uuid' }),
  original_file_name: Type.String(),
  row_count: Type.Integer(),
  template_type: Type.String({ enum: [...contactListTypes] }),
  created_by: Type.String({ format: 'notify-uuid' }),
});

/** Contact lists of a service (jobs sheet §4). */
export function registerContactLists(routes: InternalRoutes, app: App): void {
  routes('/service/:service_id/contact-list', {
    GET: (request) => list(app, request),
    POST: { body: newList, handler: (request, reply) => create(app, request, reply) },
  });
  routes('/service/:service_id/contact-list/:contact_list_id', {
    GET: async (request) => toContactListView(await showContactList(app, contactListIn(request))),
    DELETE: async (request, reply) => {
      await archiveContactList(app, contactListIn(request));
      return reply.code(204).send();
    },
  });
}

async function list(app: App, request: FastifyRequest): Promise<object> {
  const { id: serviceId } = await requireService(app, serviceIdOf(request));
  return (await listContactLists(app, { serviceId })).map(toContactListView);
}

async function create(app: App, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const body = request.body as {
    id: string;
    original_file_name: string;
    row_count: number;
    template_type: ContactListType;
    created_by: string;
  };
  const rowCount = Number(body.row_count);
  if (rowCount < 0 || rowCount > largestInteger) throw validationFailed([`row_count ${rowCount} is out of range`]);
  const contactList = await createContactList(app, {
    serviceId: serviceIdOf(request),
    id: parseUuid(body.id)!,
    originalFileName: body.original_file_name,
    rowCount,
    templateType: body.template_type,
    createdById: parseUuid(body.created_by)!,
  });
  return reply.code(201).send(toContactListView(contactList));
}

function contactListIn(request: FastifyRequest): { serviceId: string; contactListId: string } {
  return { serviceId: serviceIdOf(request), contactListId: idIn(request, 'contact_list_id') };
}
