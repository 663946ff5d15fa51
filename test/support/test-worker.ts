import type { App } from '../../src/lib/app.ts';
import { silentLogger, type Logger } from '../../src/lib/observability/logger.ts';
import type { QueueName } from '../../src/lib/queue/queues.ts';
import type { RetryPolicy } from '../../src/lib/queue/retry-policy.ts';
import { createTaskRegistry, type Task } from '../../src/lib/queue/task.ts';
import type { RunOutcome } from '../../src/lib/queue/run-job.ts';
import { startWorker } from '../../src/lib/queue/worker.ts';

export interface TestWorkerOptions {
  readonly queues?: readonly QueueName[];
  readonly retrySchedules?: Readonly<Record<string, Pick<RetryPolicy, 'maxRetries' | 'delays'>>>;
  readonly concurrency?: number;
  readonly logger?: Logger;
}

export interface TestWorker {
  /** `<task> <outcome>` of each finished run, in order. */
  readonly outcomes: readonly `${string} ${RunOutcome}`[];
}

/** Works on tasks of a test instead of the product's; ends with the app. */
export async function startTestWorker(
  app: App,
  tasks: readonly Task[],
  { queues = ['notify'], retrySchedules = {}, concurrency = 4, logger = silentLogger }: TestWorkerOptions = {},
): Promise<TestWorker> {
  const outcomes: `${string} ${RunOutcome}`[] = [];
  const onRun = (task: string, outcome: RunOutcome): void => void outcomes.push(`${task} ${outcome}`);
  const worker = await startWorker(
    { ...app, tasks: createTaskRegistry(tasks), logger, retrySchedules, onRun },
    queues,
    concurrency,
  );
  app.onClose(() => worker.stop(app.config.shutdownGrace * 1000));
  return { outcomes };
}
