import type { KeyType } from '../api-keys/api-key.ts';
import type { NewJob } from '../queue/job-queue.ts';
import { sanitiseLetterTaskName } from './sanitise-letter.ts';

export const scanLetterTaskName = 'scan-file';

interface ScannedLetter {
  readonly id: string;
  readonly keyType: KeyType;
}

/** What goes on with a letter that came as a PDF: its scan, where files are scanned. */
export function scanJob(letter: ScannedLetter, options: { isScanned: boolean; requestId: string | null }): NewJob {
  return jobOf(options.isScanned ? scanLetterTaskName : sanitiseLetterTaskName, letter, options.requestId);
}

/** What comes after the scan. */
export function sanitiseJob(letter: ScannedLetter, requestId: string | null): NewJob {
  return jobOf(sanitiseLetterTaskName, letter, requestId);
}

/** Test keys have a queue of their own, whatever is sent (delivery sheet §2.2). */
function jobOf(task: string, { id, keyType }: ScannedLetter, requestId: string | null): NewJob {
  const queue = keyType === 'test' ? 'research-mode' : 'letters';
  return { queue, task, args: { notificationId: id }, subject: id, requestId };
}
