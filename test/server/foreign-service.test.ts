import { beforeAll, describe, expect, it } from 'vitest';
import { openApiDocument } from '../../scripts/docs/openapi-document.ts';
import { notFoundText, useApi, type ApiAnswer } from './api.ts';
import { operationRequests, type OperationRequest } from './operations.ts';
import { operationsOf, type Operation } from './openapi-rules.ts';
import { aServiceWithRows, type Rows, type ServiceWithRows } from './service-with-rows.ts';

/* eslint-disable @typescript-eslint/no-explicit-any -- a document may be anything until it is checked */

const api = useApi();
let mine: ServiceWithRows;
let foreign: ServiceWithRows;

beforeAll(async () => {
  mine = await aServiceWithRows(api);
  foreign = await aServiceWithRows(api);
});

const document: any = JSON.parse(await openApiDocument());
const secured = operationsOf(document).filter(({ operation }) => (operation.security ?? document.security).length > 0);
const unknownId = '019cd000-0000-7000-8000-000000000000';

/** Names for the rows in place of their ids, which are known only once they exist. */
const names = new Proxy({}, { get: (_, name) => `<${String(name)}>` }) as Rows;

/** The requests of an operation with each row that they name. */
function namedRows({ operation }: Operation): [number, keyof Rows][] {
  const others = { unsubscribeToken: '', file: { path: '', key: '' } };
  const requests = operationRequests[operation.operationId as string]?.({ rows: names, ...others }) ?? [];
  return requests.flatMap((request, index) =>
    [...JSON.stringify(request).matchAll(/<(\w+)>/g)].map(([, name]): [number, keyof Rows] => [
      index,
      name as keyof Rows,
    ]),
  );
}

/** How many ids an operation takes: in its path, its query and its body. */
function idsTaken({ operation }: Operation): string[] {
  const isId = (schema: any): boolean => schema?.format === 'uuid';
  const parameters = (operation.parameters ?? [])
    .filter(({ schema }: any) => isId(schema))
    .map(({ name }: any) => name);
  const body = operation.requestBody?.content['application/json']?.schema.properties ?? {};
  return [...parameters, ...Object.keys(body as object).filter((name) => isId(body[name]))];
}

describe('an id of another service is like an id of nothing', () => {
  for (const operation of secured) {
    const { operationId } = operation.operation as { operationId: string };
    const rows = namedRows(operation);

    it(`${operationId} is asked with every id that it takes`, () => {
      expect(new Set(rows.map(([, name]) => name)).size).toBeGreaterThanOrEqual(idsTaken(operation).length);
    });

    for (const [index, name] of rows) {
      it(`${operationId} (${index + 1}) with a foreign ${name}`, async () => {
        const requestWith = (id: string): OperationRequest =>
          operationRequests[operationId]!({ ...mine, rows: { ...mine.rows, [name]: id } })[index]!;
        const ask = (request: OperationRequest): Promise<ApiAnswer> =>
          api.call(request.path, { ...request, key: mine.key, method: operation.method.toUpperCase() });

        const own = await ask(requestWith(mine.rows[name]));
        expect(own.status, own.text).toBeLessThan(300);

        const refused = await ask(requestWith(foreign.rows[name]));
        const unknown = await ask(requestWith(unknownId));
        expect(refused.status).toBe(unknown.status);
        expect(refused.text.replaceAll(foreign.rows[name], unknownId)).toBe(unknown.text);
        expect(JSON.stringify(refused.json)).not.toContain(foreign.id);

        const inPath = requestWith(unknownId).path.split('?')[0]!.includes(unknownId);
        if (inPath) {
          expect(refused.status).toBe(404);
          expect(refused.text).not.toContain(notFoundText);
        } else if (requestWith(unknownId).body !== undefined) {
          expect(refused.status).toBe(400);
          expect(refused.text).toMatch(/Template not found|does not exist in database for service id/);
        } else {
          // A filter by what is not there finds nothing.
          expect(refused.status).toBe(200);
          expect(Object.values(refused.json as object).find(Array.isArray)).toEqual([]);
        }
      });
    }
  }

  it('in lists, which show the own rows only', async () => {
    for (const operation of secured) {
      const [first] = operationRequests[operation.operation.operationId as string]!(mine);
      if (operation.method !== 'get' || operation.path.includes('{')) continue;
      const { text } = await api.call(first!.path, { key: mine.key });
      for (const id of [foreign.id, ...Object.values(foreign.rows as object)]) expect(text).not.toContain(id);
    }
  });
});
