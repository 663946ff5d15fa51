import { Worker } from 'node:worker_threads';

/** What a thread answers to a request. */
export type ThreadAnswer<Result> = { readonly result: Result } | { readonly problem: string };

/**
 * Why a request has no result: what the thread said, that it took too long or too much memory, that it broke, or that it
 * was closed. After all but the first and the last, the next request gets a new thread.
 */
export type ThreadFailure = 'problem' | 'time' | 'memory' | 'broken' | 'closed';

export class ThreadError extends Error {
  readonly failure: ThreadFailure;

  constructor(failure: ThreadFailure, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ThreadError';
    this.failure = failure;
  }
}

/** Does work that takes long, or that may go wrong in any way, apart from the thread that serves the API. */
export interface WorkThread<Request, Result> {
  /** One request at a time; the others wait. @throws ThreadError */
  ask(request: Request): Promise<Result>;
  close(): Promise<void>;
}

export interface ThreadOptions {
  /** Module of the thread, without its extension; it answers each message with a `ThreadAnswer`. */
  readonly module: URL;
  readonly timeLimitMs: number;
  /** For objects, and again for the bytes of files and pictures. */
  readonly mostMemoryMb: number;
}

const memoryCheckMs = 100;
const bytesPerMb = 1024 * 1024;

/** The thread starts with the first request. */
export function createWorkThread<Request, Result>(options: ThreadOptions): WorkThread<Request, Result> {
  const { timeLimitMs, mostMemoryMb } = options;
  let thread: Worker | null = null;
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();

  const askNow = (request: Request): Promise<Result> => {
    if (closed) throw new ThreadError('closed', 'the thread is closed');
    const worker = (thread ??= startThread(options));
    worker.ref();
    return new Promise<Result>((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        clearInterval(watch);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        worker.unref();
      };
      // A thread that failed is not used again.
      const fail = (failure: ThreadFailure, message: string, cause?: unknown): void => {
        end();
        if (thread === worker) thread = null;
        worker.on('error', () => undefined);
        void worker.terminate();
        reject(new ThreadError(failure, message, cause));
      };
      const onError = (error: Error & { code?: string }): void =>
        fail(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'broken', error.message, error);
      const onExit = (): void => fail('broken', 'the thread ended');
      const onMessage = (answer: ThreadAnswer<Result>): void => {
        end();
        if ('problem' in answer) reject(new ThreadError('problem', answer.problem));
        else resolve(answer.result);
      };
      const timer = setTimeout(() => fail('time', `it took longer than ${timeLimitMs / 1000} s`), timeLimitMs);
      // The limits of a thread do not count the bytes of buffers: those are asked for.
      const watch = setInterval(() => void checkMemory(), memoryCheckMs);
      const checkMemory = async (): Promise<void> => {
        const statistics = await worker.getHeapStatistics().catch(() => null);
        if (statistics === null || statistics.external_memory < mostMemoryMb * bytesPerMb || thread !== worker) return;
        fail('memory', `it took more than ${mostMemoryMb} MiB`);
      };
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      worker.postMessage(request);
    });
  };

  return {
    ask(request) {
      const answer = last.then(() => askNow(request));
      last = answer.catch(() => undefined);
      return answer;
    },
    async close() {
      closed = true;
      await last;
      await thread?.terminate();
      thread = null;
    },
  };
}

function startThread({ module, mostMemoryMb }: ThreadOptions): Worker {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const worker = new Worker(new URL(`${module.href}${extension}`), {
    execArgv: [],
    // Files of strangers are opened there: no secret is within reach.
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: mostMemoryMb },
    // What the libraries print about odd files.
    stdout: true,
    stderr: true,
  });
  worker.stdout.resume();
  worker.stderr.resume();
  return worker;
}
