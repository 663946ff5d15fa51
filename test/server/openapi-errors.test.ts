import { beforeAll, describe, expect, it } from 'vitest';
import { openApiDocument } from '../../scripts/docs/openapi-document.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { callApi, useApi, type ApiAnswer, type ApiRequest } from './api.ts';
import { insertRows } from './notification-rows.ts';
import { answerProblems } from './openapi-answers.ts';
import { operationsOf, resolveReference, type Operation } from './openapi-rules.ts';
import { operationConfig, operationRequests, type OperationRequest } from './operations.ts';
import { aServiceWithRows, type ServiceWithRows } from './service-with-rows.ts';

/* eslint-disable @typescript-eslint/no-explicit-any -- a document may be anything until it is checked */

const api = useApi({ config: operationConfig });
const document: any = JSON.parse(await openApiDocument());
const operations = operationsOf(document);
const unknownId = '019cd000-0000-7000-8000-000000000000';

let service: ServiceWithRows;
/** Keys of services that may not send any more: for today, and this minute. */
let usedUp: string;
let tooFast: string;
let teamKey: string;
let unprinted: string;

beforeAll(async () => {
  service = await aServiceWithRows(api);
  usedUp = await aKeyOfALimited('sms_message_limit = 0, email_message_limit = 0, letter_message_limit = 0');
  tooFast = await aKeyOfALimited('rate_limit = 0');
  teamKey = (await anApiKey(api, service.id, { keyType: 'team' })).text;
  unprinted = await insertRows(api, await aTemplate(api, service.id, { templateType: 'letter' }));
});

async function aKeyOfALimited(assignments: string): Promise<string> {
  const { id } = await aService(api);
  await api.db.query({ text: `UPDATE services SET ${assignments} WHERE id = $1`, values: [id] });
  return (await anApiKey(api, id)).text;
}

type Refused = ApiRequest & { path?: string };

/** Beside `own`, the first good request of the operation: requests that are refused. */
const refused: Readonly<Record<string, (own: OperationRequest & { body: any }) => readonly Refused[]>> = {
  sendSms: ({ body }) => [
    ...sendsRefused(body),
    { body: { ...body, phone_number: '02079460000' } },
    { body: { ...body, template_id: unknownId } },
  ],
  sendEmail: ({ body }) => [...sendsRefused(body), { body: { ...body, template_id: unknownId } }],
  sendLetter: ({ body }) => [
    ...sendsRefused(body),
    { body: { ...body, template_id: unknownId } },
    { body, key: teamKey },
  ],
  listNotifications: () => [{ path: '/v2/notifications?page=1' }],
  getNotification: () => [{ path: '/v2/notifications/x' }, { path: `/v2/notifications/${unknownId}` }],
  getLetterPdf: () => [
    { path: '/v2/notifications/x/pdf' },
    { path: `/v2/notifications/${unknownId}/pdf` },
    { path: `/v2/notifications/${service.rows.sms}/pdf` },
    { path: `/v2/notifications/${unprinted}/pdf` },
  ],
  getTemplate: () => [{ path: '/v2/template/x' }, { path: `/v2/template/${unknownId}` }],
  getTemplateVersion: () => [{ path: '/v2/template/x/version/1' }, { path: `/v2/template/${unknownId}/version/1` }],
  listTemplates: () => [{ path: '/v2/templates?type=coconut' }],
  previewTemplate: () => [{ path: `/v2/template/${unknownId}/preview` }, { body: {} }],
  listReceivedTexts: () => [{ path: '/v2/received-text-messages?older_than=x' }],
  createBroadcast: ({ text }) => [
    { headers: {} },
    { text: String(text).replace('River Steeping', '000') },
    { text: cancellation(String(text)) },
  ],
  unsubscribe: () => [{ path: `/unsubscribe/${service.rows.email}/x` }],
  getDocument: ({ path }) => [
    { path: path.split('?')[0]! },
    { path: path.replace(service.id, unknownId) },
    { path, headers: { accept: 'text/html' } },
  ],
  checkDocument: ({ path }) => [{ path: path.split('?')[0]! }, { path: path.replace(service.id, 'x') }],
  authenticateDocument: ({ path, body }) => [
    { path: path.replace(service.id, unknownId), body },
    { body: { ...body, key: 'x' } },
  ],
  v1SendSms: ({ body }) => v1SendsRefused(body),
  v1SendEmail: ({ body }) => v1SendsRefused(body),
  v1ListNotifications: () => [{ path: '/notifications?page=0' }, { path: '/notifications?page=99' }],
  v1GetNotification: () => [{ path: `/notifications/${unknownId}` }],
  receivePrintFile: ({ body }) => [{ body: { ...body, TopicArn: 'arn:aws:sns:eu-west-1:1:theirs' } }],
  receivePrintStatus: () => [{ path: '/notifications/letter/status?token=x' }],
  receiveSesReceipt: ({ body }) => [{ body: { ...body, TopicArn: 'arn:aws:sns:eu-west-1:1:theirs' } }],
};

/** Of what was never asked for. */
function cancellation(alert: string): string {
  const references = '<c:references>someone@example.com,unknown,2026-03-10T12:00:00-00:00</c:references>';
  return alert.replace('>Alert<', '>Cancel<').replace('</c:scope>', `</c:scope>${references}`);
}

function sendsRefused(body: object): Refused[] {
  const headers = { 'idempotency-key': `once ${api.ids.uuid()}` };
  return [
    { body, headers },
    { body: { ...body, reference: 'another' }, headers },
    { body, key: usedUp },
    { body, key: tooFast },
  ];
}

function v1SendsRefused(body: object): Refused[] {
  return [
    { body: {} },
    { body: { ...body, template: unknownId } },
    { body: { ...body, template: 'x' } },
    { body, key: usedUp },
    { body, key: tooFast },
  ];
}

const long = `"${'x'.repeat(10 * 1024 * 1024)}"`;

/** Not provoked here: they need another process, or a server that is stuck. */
const rare = ['409 IdempotencyInProgressError', '503 ServiceUnavailableError', '503', '504 Timeout', '504'];
/** More tries than a test should make; an address that has to be confirmed. */
const rareOfDocuments = ['403', '429'];

describe('what every operation is refused with is documented, and nothing else', () => {
  for (const operation of operations) {
    const { operationId, requestBody } = operation.operation as { operationId: string; requestBody?: object };
    const isSecured = (operation.operation.security ?? document.security).length > 0;

    it(operationId, async () => {
      const [own] = operationRequests[operationId]!(service) as [OperationRequest & { body: any }];
      const reached = new Set<string>();
      const note = (answer: ApiAnswer): void => {
        expect(answerProblems(document, operation, answer), answer.text.slice(0, 500)).toEqual([]);
        for (const name of namesOf(operation, answer)) reached.add(name);
      };
      const ask = async (request: Refused, url = api.url): Promise<void> => {
        const key = isSecured && request.headers?.['authorization'] === undefined ? service.key : undefined;
        const all = { ...own, ...(key !== undefined && { key }), ...request, method: operation.method.toUpperCase() };
        note(await callApi(url, request.path ?? own.path, all));
      };
      if (isSecured) {
        note(await api.call(own.path, { ...own, headers: {}, method: operation.method.toUpperCase() }));
        await ask({ headers: { authorization: 'nonsense' } });
        await ask({ headers: { authorization: 'Bearer nonsense' } });
      }
      if (requestBody !== undefined) for (const text of ['{', '[1]', long]) await ask({ text });
      for (const request of refused[operationId]?.(own) ?? []) await ask(request);

      const documented = Object.keys(operation.operation.responses as object)
        .filter((status) => Number(status) >= 400)
        .flatMap((status) => documentedNames(operation, status));
      const missing = documented.filter(
        (name) => !reached.has(name) && !rare.includes(name) && !name.startsWith('500'),
      );
      expect(missing.filter((name) => !(operationId.endsWith('Document') && rareOfDocuments.includes(name)))).toEqual(
        [],
      );
    });
  }
});

/** `400 BadRequestError`; the status alone where errors have no names. */
function namesOf({ path }: Operation, answer: ApiAnswer): string[] {
  const { status } = answer;
  if (status < 400) return [];
  const { json } = answer;
  const isNamed = path.startsWith('/v2/') || path === '/notifications/letter/status';
  const named = isNamed && json.errors !== undefined;
  return named ? json.errors.map(({ error }: { error: string }) => `${status} ${error}`) : [String(status)];
}

function documentedNames({ operation }: Operation, status: string): string[] {
  const found = operation.responses[status];
  const response = found.$ref === undefined ? found : resolveReference(document, found.$ref as string);
  const [, named] = response.content['application/json'].schema.allOf ?? [];
  const names = named?.properties.errors.items.properties.error.enum as string[] | undefined;
  return names?.map((name) => `${status} ${name}`) ?? [status];
}
