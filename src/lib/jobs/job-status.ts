import type { JobStatus } from './job.ts';

/** The moves of the table of the jobs sheet, §2. Whatever is not here does not happen. */
const moves: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  scheduled: ['pending', 'cancelled'],
  pending: ['in progress', 'error'],
  'in progress': ['cancelled', 'sending limits exceeded', 'finished', 'error'],
  error: ['in progress'],
  finished: ['finished all notifications created'],
  'finished all notifications created': ['cancelled'],
  'sending limits exceeded': [],
  cancelled: [],
  'ready to send': [],
  'sent to dvla': [],
};

/** Whether a job may go from one status to another. */
export function canMoveJob(from: JobStatus, to: JobStatus): boolean {
  return moves[from].includes(to);
}
