import { beforeAll, describe, expect, it } from 'vitest';
import { openApiDocument } from '../../scripts/docs/openapi-document.ts';
import { productVersion } from '../../src/lib/observability/version.ts';
import { notFoundText, plainError, useApi, type ApiAnswer, type ApiRequest } from './api.ts';
import { operationConfig, operationRequests } from './operations.ts';
import { answerProblems, type DocumentedAnswer } from './openapi-answers.ts';
import { operationsOf, problemsOf, type Operation } from './openapi-rules.ts';
import { registeredRoutes } from './registered-routes.ts';
import { aServiceWithRows, type ServiceWithRows } from './service-with-rows.ts';

/* eslint-disable @typescript-eslint/no-explicit-any -- a document may be anything until it is checked */

const api = useApi({ config: operationConfig });
let service: ServiceWithRows;

beforeAll(async () => {
  service = await aServiceWithRows(api);
});

const document: any = JSON.parse(await openApiDocument());
const operations = operationsOf(document);
const routes = await registeredRoutes(openApiDocument);
const isSecured = ({ operation }: Operation): boolean => (operation.security ?? document.security).length > 0;

describe('GET /openapi.json', () => {
  it('answers the document that is kept with the sources, to anybody', async () => {
    const answer = await api.call('/openapi.json');
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store, no-cache, private, must-revalidate',
    });
    expect(answer.json).toEqual(document);
    expect((await api.call('/openapi.json')).text).toBe(answer.text);
  });

  it('names the product, its version and the way to make a token', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { version: productVersion().version } });
    expect(document.components.securitySchemes.serviceToken).toMatchObject({
      type: 'http',
      scheme: 'bearer',
      description: expect.stringMatching(/HMAC-SHA256/) as unknown,
    });
  });
});

describe('the document', () => {
  it('keeps the rules of OpenAPI 3.1', () => {
    expect(problemsOf(document)).toEqual([]);
  });

  const breaks: [string, (broken: any) => void][] = [
    ['another version', (broken) => (broken.openapi = '3.0.3')],
    ['no title', (broken) => delete broken.info.title],
    ['an unknown member', (broken) => (broken.paths['/'].get.produces = [])],
    ['an operation without responses', (broken) => delete broken.paths['/'].get.responses],
    ['a response without a description', (broken) => delete broken.paths['/'].get.responses['200'].description],
    ['a response that nobody gives', (broken) => (broken.paths['/'].get.responses['2xy'] = { description: 'x' })],
    ['a schema of no type', (broken) => (broken.components.schemas.V2Error.type = 'thing')],
    ['a reference to nothing', (broken) => delete broken.components.schemas.V2Error],
    ['an operationId twice', (broken) => (broken.paths['/'].get.operationId = 'sendSms')],
    ['a tag without a description', (broken) => (broken.paths['/'].get.tags = ['Others'])],
    ['a parameter that the path has not', (broken) => delete broken.paths['/v2/notifications/{id}'].get.parameters],
    [
      'a path parameter that may be missing',
      (broken) => (broken.paths['/v2/notifications/{id}'].get.parameters[0].required = false),
    ],
    ['an unknown security scheme', (broken) => (broken.security = [{ cookie: [] }])],
  ];
  for (const [name, change] of breaks) {
    it(`would not with ${name}`, () => {
      const broken = structuredClone(document);
      change(broken);
      expect(problemsOf(broken)).not.toEqual([]);
    });
  }

  it('knows the formats of request schemas by names that others know', () => {
    expect(JSON.stringify(document)).not.toContain('"notify-');
  });
});

/** Routes that are no operations of the API. */
const undocumented = [
  'GET /docs',
  'GET /docs/',
  'GET /docs/*',
  // Pages for the people who were sent a file.
  'GET /d/:service/:document',
  'GET /d/:service/:document/confirm-email-address',
  'POST /d/:service/:document/confirm-email-address',
  'GET /d/:service/:document/download',
  // Every type of message that does not exist.
  'POST /v2/notifications/:id',
  'POST /notifications/:id',
];

describe('every route', () => {
  const documented = new Set(operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`));
  for (const { method, url } of routes.filter(({ hidden }) => !hidden)) {
    it(`${method} ${url} is documented`, () => {
      expect(documented).toContain(`${method} ${url.replace(/:(\w+)(\([^)]*\))?/g, '{$1}')}`);
    });
  }

  it('and nothing else is', () => {
    expect(documented.size).toBe(routes.filter(({ hidden }) => !hidden).length);
  });

  it('is hidden only where it refuses the method, or is no operation', async () => {
    const hidden = routes.filter(
      ({ hidden: isHidden, internal, method }) => isHidden && !internal && method !== 'OPTIONS',
    );
    const others: string[] = [];
    for (const { method, url } of hidden) {
      const { status } = await api.call(url.replace(/:version\([^)]*\)/, '1').replace(/:\w+|\*/g, 'x'), {
        method,
        key: service.key,
      });
      if (status !== 405) others.push(`${method} ${url}`);
    }
    expect(others.sort()).toEqual([...undocumented].sort());
  });
});

describe('every operation answers as it is documented', () => {
  it('with a request for each of them here', () => {
    expect(Object.keys(operationRequests).sort()).toEqual(
      operations.map(({ operation }) => operation.operationId as string).sort(),
    );
  });

  for (const operation of operations) {
    const { operationId } = operation.operation as { operationId: string };
    it(`${operationId}`, async () => {
      const reached = new Set<string>();
      for (const { path, ...request } of operationRequests[operationId]!(service)) {
        const answer = await call(operation, path, { ...request, ...(isSecured(operation) && { key: service.key }) });
        reached.add(String(answer.status));
        expectDocumented(operation, answer);
      }
      const successes = Object.keys(operation.operation.responses as object).filter((status) => status.startsWith('2'));
      expect([...reached].sort()).toEqual(successes);
    });
  }
});

describe('every operation is refused as it is documented', () => {
  for (const operation of operations) {
    const { operationId, requestBody } = operation.operation as { operationId: string; requestBody?: object };

    it(`${operationId}, without a token and with a wrong one`, async () => {
      const [{ path, ...request }] = operationRequests[operationId]!(service) as [any];
      for (const [status, headers] of [
        [401, {}],
        [403, { authorization: 'Bearer x' }],
      ] as const) {
        const answer = await call(operation, path, { ...request, headers });
        if (isSecured(operation)) expect(answer.status).toBe(status);
        expectDocumented(operation, answer);
      }
    });

    if (requestBody !== undefined) {
      it(`${operationId}, with bodies that do not fit`, async () => {
        const [{ path, headers }] = operationRequests[operationId]!(service) as [any];
        const long = `"${'x'.repeat(10 * 1024 * 1024)}"`;
        for (const [text, status] of [
          ['{', 400],
          ['[1]', 400],
          [long, 413],
        ] as const) {
          const answer = await call(operation, path, { key: service.key, text, headers });
          expect(answer.status).toBe(status);
          expectDocumented(operation, answer);
        }
      });
    }
  }

  it('as the documented error is checked here, too', async () => {
    const operation = operations.find(({ operation: { operationId } }) => operationId === 'getNotification')!;
    const answer = await api.call('/v2/notifications/x', { key: service.key });
    expectDocumented(operation, answer);
    for (const broken of [
      { ...answer, status: 418 },
      { ...answer, json: { ...answer.json, status_code: 404 } },
      { ...answer, json: { status_code: 400, errors: [{ error: 'NoSuchError', message: '' }] } },
      { ...answer, json: plainError(notFoundText) },
    ]) {
      expect(() => expectDocumented(operation, broken)).toThrow();
    }
  });
});

describe('GET /docs', () => {
  it('is a page that fetches nothing from elsewhere', async () => {
    const page = await api.call('/docs');
    expect(page.status).toBe(200);
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-frame-options': 'SAMEORIGIN',
      'x-content-type-options': 'nosniff',
    });
    const policy = page.headers['content-security-policy'] as string;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https?:|unsafe-eval|script-src[^;]*unsafe-inline/);
    const assets = [...page.text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url!);
    expect(assets.length).toBeGreaterThan(3);
    for (const asset of assets) expect((await api.call(asset)).status, asset).toBe(200);
    expect((await api.call('/docs/json')).json).toEqual(document);
  });

  it('is found with a slash behind it, too', async () => {
    expect(await api.call('/docs/')).toMatchObject({ status: 308, headers: { location: '/docs' } });
  });

  it('leads nowhere else', async () => {
    for (const path of [
      '/docs/x',
      '/docs/static/../../package.json',
      '/docs/static/%2e%2e/index.js',
      '/docs/static/%00',
    ]) {
      const answer = await api.call(path);
      expect(answer.status).toBe(404);
      expect(answer.json).toEqual(plainError(notFoundText));
    }
  });
});

function call(operation: Operation, path: string, request: ApiRequest): Promise<ApiAnswer> {
  return api.call(path, { ...request, method: operation.method.toUpperCase() });
}

function expectDocumented(operation: Operation, answer: DocumentedAnswer): void {
  expect(answerProblems(document, operation, answer), answer.text.slice(0, 500)).toEqual([]);
}
