import { expect, it } from 'vitest';
import { canMoveJob } from '../../../src/lib/jobs/job-status.ts';
import { jobStatuses, type JobStatus } from '../../../src/lib/jobs/job.ts';

const allowed = new Set<`${JobStatus} > ${JobStatus}`>([
  'scheduled > pending',
  'scheduled > cancelled',
  'pending > in progress',
  'pending > error',
  'in progress > cancelled',
  'in progress > sending limits exceeded',
  'in progress > finished',
  'in progress > error',
  'error > in progress',
  'finished > finished all notifications created',
  'finished all notifications created > cancelled',
]);

const moves = jobStatuses.flatMap((from) => jobStatuses.map((to) => [from, to] as const));

it.each(moves)('a job that is "%s" may become "%s" only where the table says so', (from, to) => {
  expect(canMoveJob(from, to)).toBe(allowed.has(`${from} > ${to}`));
});
