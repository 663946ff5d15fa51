import type { NamedLetter } from './named-letter-repository.ts';

/** The columns of a list of letters (letters sheet §16). */
export const letterListHeader = 'notification_id,service_id,template_id,reference,job_id,created_at\n';

/** One line for each letter; no value needs quotes. */
export function toLetterLines(letters: readonly NamedLetter[]): string {
  return letters
    .map(({ id, serviceId, templateId, reference, jobId, createdAt }) =>
      [id, serviceId, templateId, reference, jobId ?? '', createdAt.toISOString()].join(','),
    )
    .map((line) => `${line}\n`)
    .join('');
}
