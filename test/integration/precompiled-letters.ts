/** Letters that come as PDFs, for tests of their way. */
import type { KeyType } from '../../src/lib/api-keys/api-key.ts';
import { acceptPrecompiledLetter } from '../../src/lib/letters/accept-precompiled-letter.ts';
import type { LetterName } from '../../src/lib/letters/letter-file.ts';
import type { Postage } from '../../src/lib/letters/postage.ts';
import type { Notification } from '../../src/lib/notifications/notification.ts';
import type { QueueName } from '../../src/lib/queue/queues.ts';
import type { Worker } from '../../src/lib/queue/worker.ts';
import { runWorkers } from '../../src/lib/run-workers.ts';
import type { StorageArea } from '../../src/lib/storage/object-store.ts';
import { aService, anApiKey } from '../support/builders.ts';
import type { TestApp } from '../support/test-app.ts';
import { read } from './delivery.ts';

export async function aPrecompiledLetter(
  app: TestApp,
  pdf: Buffer,
  {
    keyType = 'normal',
    postage = 'first',
    international = false,
  }: { keyType?: KeyType; postage?: Postage; international?: boolean } = {},
): Promise<Notification> {
  const permissions = ['letter', ...(international ? (['international_letters'] as const) : [])] as const;
  const service = await aService(app, { permissions });
  const { apiKey } = await anApiKey(app, service.id, { keyType });
  const { id } = await acceptPrecompiledLetter(app, {
    service,
    apiKey,
    content: pdf.toString('base64'),
    postage,
    clientReference: 'r',
    requestId: null,
    idempotentAnswer: null,
  });
  return read(app, id);
}

/** Starts the thread of the checks, which takes long on a busy machine: no test has to wait for it then. */
export async function startChecks(
  { letterSanitiser }: Pick<TestApp, 'letterSanitiser'>,
  pdf: Uint8Array,
): Promise<void> {
  await letterSanitiser.sanitise(pdf, { allowInternational: false, isAttachment: false });
}

/**
 * Works on queues of an app with the checks of another: each app has a thread of its own for them, which takes long to
 * start.
 */
export function runWorkersWith(
  app: TestApp,
  { letterSanitiser }: Pick<TestApp, 'letterSanitiser'>,
  queues: readonly QueueName[],
): Promise<Worker> {
  return runWorkers({ ...app, letterSanitiser }, queues);
}

export function nameOf({ reference, createdAt, postage }: Notification): LetterName {
  return { reference: reference!, createdAt, postage: postage as Postage };
}

const areas: readonly StorageArea[] = [
  'letters',
  'test-letters',
  'letters-scan',
  'letters-sanitise',
  'letters-invalid',
  'letters-originals-backup',
];

/** `area/key` of every file of a letter; its reference and its id stand for themselves. */
export async function filesOf({ storage }: TestApp, { id, reference }: Notification): Promise<string[]> {
  const found: string[] = [];
  for (const area of areas) {
    for await (const { key } of storage.list(area)) {
      if (key.includes(reference!) || key.includes(id))
        found.push(`${area}/${key.replace(reference!, 'REF').replace(id, 'ID')}`);
    }
  }
  return found;
}
