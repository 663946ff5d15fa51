import type { FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { uncached } from '../../../lib/cache/service-cache.ts';
import { fieldError } from '../../../lib/core/errors.ts';
import type { JsonObject } from '../../../lib/core/json.ts';
import {
  letterPagePng,
  previewLetterTemplate,
  previewStoredLetter,
  previewUploadedLetter,
  type LetterPreview,
} from '../../../lib/letters/preview-letter-pdf.ts';
import { findTemplateOfService } from '../../../lib/templates/show-template.ts';
import { valuesOf } from '../v2/parameters.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { idIn, integerParameter, nothingFound, queryOf, serviceIdOf } from './requests.ts';

/** Letters to look at, as a PDF or one page of it as a PNG, in base64 (admin API sheet §3.2). */
export function registerLetterPreviews(routes: InternalRoutes, app: App): void {
  const service = '/service/:service_id';
  routes(`${service}/template/preview/:notification_id/:file_type`, { GET: (request) => ofLetter(app, request) });
  routes(`${service}/template/:template_id/preview/:file_type`, { GET: (request) => ofTemplate(app, request) });
  routes(`${service}/upload/letter/:file_id/:file_type`, { GET: (request) => ofUpload(app, request) });
}

async function ofLetter(app: App, request: FastifyRequest): Promise<object> {
  const fileType = fileTypeOf(request);
  const notificationId = idIn(request, 'notification_id');
  return answer(
    app,
    request,
    fileType,
    await previewStoredLetter(app, { serviceId: serviceIdOf(request), notificationId }),
  );
}

/** The values are those of the query, but for `page`. What is missing is shown by its name. */
async function ofTemplate(app: App, request: FastifyRequest): Promise<object> {
  const fileType = fileTypeOf(request);
  const [serviceId, id] = [serviceIdOf(request), idIn(request, 'template_id')];
  const template = await findTemplateOfService({ db: app.db, cache: uncached }, serviceId, id);
  if (template === null) throw nothingFound();
  const query = queryOf(request);
  const names = Object.keys(query).filter((name) => name !== 'page');
  const personalisation: JsonObject = Object.fromEntries(names.map((name) => [name, valuesOf(query, name).at(-1)!]));
  const { pdf } = await previewLetterTemplate(app, { template, personalisation });
  return answer(app, request, fileType, { pdf, metadata: {} });
}

async function ofUpload(app: App, request: FastifyRequest): Promise<object> {
  const fileType = fileTypeOf(request);
  const fileId = idIn(request, 'file_id');
  const pdf = await previewUploadedLetter(app, { serviceId: serviceIdOf(request), fileId });
  return answer(app, request, fileType, { pdf, metadata: {} });
}

type FileType = 'pdf' | 'png';

function fileTypeOf(request: FastifyRequest): FileType {
  const { file_type: fileType } = request.params as { file_type: string };
  if (fileType === 'pdf' || fileType === 'png') return fileType;
  throw fieldError('VALIDATION_FAILED', { content: ['file_type must be pdf or png'] });
}

async function answer(
  app: App,
  request: FastifyRequest,
  fileType: FileType,
  { pdf, metadata }: LetterPreview,
): Promise<object> {
  const page = integerParameter(queryOf(request), 'page') ?? 1;
  const content = fileType === 'pdf' ? pdf : await letterPagePng(app, { pdf, page });
  return { content: Buffer.from(content).toString('base64'), metadata };
}
