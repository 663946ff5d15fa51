import { createHash } from 'node:crypto';

/** Name of the database schema that belongs to the queue. */
export const queueDatabaseSchema = 'pgboss';

/** Where new jobs are told of, in the transaction that inserts them; pg-boss tells of its retries there, too. */
export const newsChannel = `pgboss_${createHash('sha224').update(queueDatabaseSchema).digest('hex').slice(0, 24)}`;

/** The stored form of a job. */
export interface JobData {
  readonly task: string;
  readonly args: object;
  readonly subject: string;
  readonly attempt: number;
  readonly requestId: string | null;
}
