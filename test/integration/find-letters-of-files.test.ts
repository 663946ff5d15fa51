import { expect, it } from 'vitest';
import { findLettersOfFiles } from '../../src/lib/letters/find-letters-of-files.ts';
import { useTestApp } from '../support/test-app.ts';
import { manyLetters, storeLetters } from '../support/waiting-letters.ts';

const app = useTestApp();

it('letters of files come in pages, each of them once and in order, however many there are', async () => {
  const createdAt = new Date('2026-01-05T10:00:00Z');
  const services = [app.ids.uuid(), app.ids.uuid()].toSorted();
  const letters = services
    .toReversed()
    .flatMap((serviceId, index) => manyLetters(1001, { serviceId, createdAt, pdf: null, from: index * 1001 }));
  const stored = await storeLetters(app, letters);
  const names = stored.map(({ key }) => key);
  const pages: number[] = [];
  const found: string[] = [];
  const report = await findLettersOfFiles(app, {
    // A name may come twice.
    lists: [{ file: 'list', names: [...names, names[0]!, 'NOTIFY.NOBODY.D.2.C.20260105100000.PDF'] }],
    async onLetters(page) {
      pages.push(page.length);
      found.push(...page.map(({ id }) => id));
    },
  });
  expect(pages).toEqual([1000, 1000, 2]);
  const ids = stored.map(({ id }) => id);
  expect(found).toEqual([...ids.slice(1001), ...ids.slice(0, 1001)]);
  expect(report).toMatchObject({ found: 2002, unknown: [{ file: 'list', line: 2004 }] });
});
