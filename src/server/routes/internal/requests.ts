import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError, fieldError } from '../../../lib/core/errors.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import { isJsonObject, type JsonObject } from '../../../lib/core/json.ts';
import { readJsonBody, registerRawBody } from '../../plugins/json-body.ts';
import { readInteger } from '../../schemas/v1-rules.ts';
import { valuesOf, withParameters, type Query } from '../v2/parameters.ts';

/** What requests to the internal API are made of (admin API sheet §2). */

/** Bodies are JSON whatever their content type; one that is left out counts as `{}`. */
export function registerInternalBodies(server: FastifyInstance): void {
  registerRawBody(server);
  server.addHook('preValidation', async (request) => {
    if (request.method !== 'POST' && request.method !== 'PUT') return;
    const bytes = request.body as Buffer | undefined;
    request.body = bytes === undefined || bytes.length === 0 ? {} : readJsonBody(bytes);
  });
}

/** @throws AppError VALIDATION_FAILED for JSON that is no object */
export function bodyOf(request: FastifyRequest): JsonObject {
  if (isJsonObject(request.body)) return request.body;
  throw fieldError('VALIDATION_FAILED', { _schema: ['Invalid input type.'] });
}

/** An id in the path. @throws AppError NOT_FOUND for what is none: there is nothing behind it */
export function idIn(request: FastifyRequest, name: string): string {
  const id = parseUuid((request.params as Readonly<Record<string, string>>)[name]);
  if (id === null) throw nothingFound();
  return id;
}

/** The service in the path. @throws AppError NOT_FOUND */
export function serviceIdOf(request: FastifyRequest): string {
  return idIn(request, 'service_id');
}

/** @throws AppError NOT_FOUND as `storable` */
export function queryOf(request: FastifyRequest): Query {
  return storable(request.query as Query);
}

/** @throws AppError NOT_FOUND for a text that nothing stored can be like */
export function storable(query: Query): Query {
  if (
    Object.values(query)
      .flat()
      .some((text) => text.includes('\0'))
  )
    throw nothingFound();
  return query;
}

/** The first value of a parameter. */
export function parameter(query: Query, name: string): string | undefined {
  return valuesOf(query, name)[0];
}

/** A whole number; null when it is left out. @throws AppError VALIDATION_FAILED naming the parameter */
export function integerParameter(query: Query, name: string): number | null {
  const text = parameter(query, name);
  if (text === undefined || text === '') return null;
  const number = readInteger(text);
  if (number === null) throw fieldError('VALIDATION_FAILED', { [name]: [`${text} is not an integer`] });
  return number;
}

/** `True`, as Python writes it, and its usual spellings. */
export function isTrue(query: Query, name: string): boolean {
  return ['true', '1', 't', 'y', 'yes', 'on'].includes((parameter(query, name) ?? '').toLowerCase());
}

/** Rows of a page. */
export const pageSize = 50;
/** No list has as many pages, and the database can still count them. */
const mostPages = 1e9;

/** The number of a page, from 1. @throws AppError NOT_FOUND for a page before the first */
export function pageParameter(query: Query): number {
  const page = integerParameter(query, 'page') ?? 1;
  if (page < 1) throw nothingFound();
  return Math.min(page, mostPages);
}

export interface PageLinks {
  prev?: string;
  next?: string;
  last?: string;
}

/** Paths of the pages around one, with the parameters that were given; `last` only where there is a next one. */
export function pageLinks(request: FastifyRequest, page: number, pageCount: number): PageLinks {
  const query = queryOf(request);
  const path = request.url.split('?', 1)[0]!;
  const given = Object.keys(query)
    .filter((name) => name !== 'page')
    .flatMap((name) => valuesOf(query, name).map((value): [string, string] => [name, value]));
  const pathOf = (number: number): string => withParameters(path, [['page', String(number)], ...given]);
  return {
    ...(page > 1 && { prev: pathOf(page - 1) }),
    ...(page < pageCount && { next: pathOf(page + 1), last: pathOf(pageCount) }),
  };
}

/** The envelope of a page, in the order of the sheet. @throws AppError NOT_FOUND when there is no such page */
export function pageAnswer<Found extends { readonly total: number }>(
  request: FastifyRequest,
  { page, size = pageSize }: { page: number; size?: number },
  found: Found | null,
  rows: (found: Found) => object,
): object {
  if (found === null) throw nothingFound();
  const { total } = found;
  return { ...rows(found), page_size: size, total, links: pageLinks(request, page, Math.ceil(total / size)) };
}

export function nothingFound(): AppError {
  return new AppError('NOT_FOUND', 'No result found');
}
