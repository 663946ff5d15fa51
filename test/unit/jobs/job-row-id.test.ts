import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { createRowIds } from '../../../src/lib/jobs/job-row-id.ts';

const job = { id: '0d39ac90-6d1f-4ad6-8ee3-2f52a6f0a3f4', createdAt: new Date('2016-01-01T11:09:00.061Z') };
const idOf = createRowIds(job);

it('is a UUIDv7 of the time at which the job was created', () => {
  const id = idOf(7);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(job.createdAt.getTime());
});

it('takes its other 74 bits from the SHA-256 of job and row', () => {
  const digest = createHash('sha256').update(`${job.id}:7`).digest('hex');
  const id = idOf(7).replaceAll('-', '');
  expect(id.slice(13, 16)).toBe(digest.slice(0, 3));
  expect(parseInt(id[16]!, 16) & 3).toBe(parseInt(digest[3]!, 16) & 3);
  expect(id.slice(17)).toBe(digest.slice(4, 19));
});

it('is the same whoever makes it, and another for each row and job', () => {
  expect(createRowIds({ ...job })(7)).toBe(idOf(7));
  const ids = new Set(Array.from({ length: 1000 }, (_, row) => idOf(row)));
  expect(ids.size).toBe(1000);
  expect(ids).not.toContain(createRowIds({ ...job, id: '0d39ac90-6d1f-4ad6-8ee3-2f52a6f0a3f5' })(7));
});
