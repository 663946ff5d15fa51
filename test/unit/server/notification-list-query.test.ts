import { describe, expect, test } from 'vitest';
import { isAppError } from '../../../src/lib/core/errors.ts';
import { listLinks, readListQuery } from '../../../src/server/routes/v2/notification-list-query.ts';

type Query = Parameters<typeof readListQuery>[0];

const id = '0d5e2a2d-3a2c-4d8f-9d4c-6a3c2f0b9a11';
const statuses =
  '[cancelled, created, sending, sent, delivered, pending, failed, technical-failure, temporary-failure, permanent-failure, pending-virus-check, validation-failed, virus-scan-failed, returned-letter, accepted, received]';

function problemsOf(query: Query): unknown {
  try {
    readListQuery(query);
  } catch (error) {
    if (!isAppError(error, 'VALIDATION_FAILED')) throw error;
    return error.details?.['messages'];
  }
  return [];
}

describe('a query', () => {
  test('may be empty', () => {
    expect(readListQuery({})).toEqual({
      types: [],
      statuses: [],
      clientReference: null,
      olderThan: null,
      includeJobs: false,
    });
  });

  test('is read', () => {
    expect(
      readListQuery({
        template_type: ['sms', 'email'],
        status: 'created',
        reference: 'a b',
        older_than: `{${id.toUpperCase()}}`,
        include_jobs: 'true',
      }),
    ).toEqual({
      types: ['sms', 'email'],
      statuses: ['created'],
      clientReference: 'a b',
      olderThan: id,
      includeJobs: true,
    });
  });

  test('has only the first value of reference, older_than and include_jobs', () => {
    expect(
      readListQuery({ reference: ['a', 'b'], older_than: [id, 'x'], include_jobs: ['True', 'false'] }),
    ).toMatchObject({ clientReference: 'a', olderThan: id, includeJobs: true });
    expect(readListQuery({ reference: '' }).clientReference).toBe('');
  });

  test.each<[string | string[], string[]]>([
    [
      'failed',
      [
        'technical-failure',
        'temporary-failure',
        'permanent-failure',
        'validation-failed',
        'virus-scan-failed',
        'returned-letter',
      ],
    ],
    ['accepted', ['created', 'sending']],
    ['received', ['delivered']],
    [
      ['delivered', 'received', 'accepted', 'created'],
      ['delivered', 'created', 'sending'],
    ],
  ])('status %j means %j, whatever the type', (status, expected) => {
    expect(readListQuery({ status, template_type: 'sms' }).statuses).toEqual(expected);
  });
});

describe('problems', () => {
  test.each<[Query, string[]]>([
    [{ status: 'elephant' }, [`status elephant is not one of ${statuses}`]],
    [
      { status: ['elephant', 'created', 'giraffe', 'elephant'] },
      [`status elephant is not one of ${statuses}`, `status giraffe is not one of ${statuses}`],
    ],
    [{ status: '' }, [`status  is not one of ${statuses}`]],
    [{ status: "it's" }, [`status its is not one of ${statuses}`]],
    [{ template_type: 'orange' }, ['template_type orange is not one of [sms, email, letter]']],
    [
      { template_type: ['orange', 'avocado', 'sms'] },
      [
        'template_type orange is not one of [sms, email, letter]',
        'template_type avocado is not one of [sms, email, letter]',
      ],
    ],
    [{ include_jobs: 'false' }, ['include_jobs false is not one of [true, True]']],
    [{ include_jobs: 'TRUE' }, ['include_jobs TRUE is not one of [true, True]']],
    [{ include_jobs: ['false', 'true'] }, ['include_jobs false is not one of [true, True]']],
    [{ older_than: 'x' }, ['older_than is not a valid UUID']],
    [{ older_than: '' }, ['older_than is not a valid UUID']],
    [{ older_than: ` ${id}` }, ['older_than is not a valid UUID']],
    [{ reference: 'a\0' }, ['reference must not contain null characters']],
    [{ page: '1' }, ['Additional properties are not allowed (page was unexpected)']],
    [{ page: '1', limit: ['1', '2'] }, ['Additional properties are not allowed (limit, page were unexpected)']],
    [{ "it's": '1' }, ['Additional properties are not allowed (its was unexpected)']],
    [{ Status: 'created' }, ['Additional properties are not allowed (Status was unexpected)']],
  ])('%j', (query, messages) => {
    expect(problemsOf(query)).toEqual(messages);
  });

  test('are told all at once, in the order of the schema', () => {
    expect(
      problemsOf({
        page: '1',
        older_than: 'x',
        include_jobs: 'no',
        template_type: 'orange',
        status: 'elephant',
        reference: '\0',
      }),
    ).toEqual([
      'reference must not contain null characters',
      `status elephant is not one of ${statuses}`,
      'template_type orange is not one of [sms, email, letter]',
      'include_jobs no is not one of [true, True]',
      'older_than is not a valid UUID',
      'Additional properties are not allowed (page was unexpected)',
    ]);
  });
});

describe('links', () => {
  const url = 'https://notify.example/v2/notifications';
  const last = '11111111-3a2c-4d8f-9d4c-6a3c2f0b9a11';

  test('of a page without anything: the page itself and no next one', () => {
    expect(listLinks(url, {}, null)).toEqual({ current: url });
    expect(listLinks(url, { older_than: id }, null)).toEqual({ current: `${url}?older_than=${id}` });
  });

  test('of any other page: the next one begins after its last row', () => {
    expect(listLinks(url, {}, last)).toEqual({ current: url, next: `${url}?older_than=${last}` });
    expect(listLinks(url, { older_than: id, status: 'created' }, last)).toEqual({
      current: `${url}?status=created&older_than=${id}`,
      next: `${url}?older_than=${last}&status=created`,
    });
  });

  test('repeat what was given, spaces as + and the rest escaped', () => {
    const query = { status: ['a', 'b'], template_type: 'sms', reference: 'x y&z=é', include_jobs: 'true' };
    const parameters = 'reference=x+y%26z%3D%C3%A9&status=a&status=b&template_type=sms&include_jobs=true';
    expect(listLinks(url, query, last)).toEqual({
      current: `${url}?${parameters}`,
      next: `${url}?older_than=${last}&${parameters}`,
    });
  });

  test('lead to the same query again', () => {
    const query = { status: ['failed', 'created'], reference: "it's + 100%", template_type: ['sms'] };
    const { next } = listLinks(url, query, last);
    const given: Record<string, string[]> = {};
    for (const [name, value] of new URL(next!).searchParams) (given[name] ??= []).push(value);
    expect(readListQuery(given)).toEqual({ ...readListQuery(query), olderThan: last });
  });
});
