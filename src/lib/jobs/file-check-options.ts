import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import type { CheckCsvFileInput } from '../recipients/csv/check-csv-file.ts';
import { readTemplateCheckOptions } from '../recipients/csv/template-check-options.ts';
import type { Service } from '../services/service.ts';
import type { Template } from '../templates/template.ts';
import { isSameFileSentToday } from './find-same-file-sent-today.ts';

/** Everything that a file for a stored template is checked against. */
export type FileCheckOptions = Pick<CheckCsvFileInput, 'options' | 'context'> & {
  readonly service: Service;
  readonly template: Template;
};

/**
 * Reads what a file is checked against before it is sent with a template, by the name that it has now.
 *
 * @throws AppError NOT_FOUND
 */
export async function readFileCheckOptions(
  deps: { db: Database; clock: Clock },
  { templateId, fileName }: { templateId: string; fileName: string },
): Promise<FileCheckOptions> {
  const { options, service, template, ...limits } = await readTemplateCheckOptions(deps, { templateId });
  const file = { serviceId: service.id, templateId, templateVersion: template.version, fileName };
  const sentToday = await isSameFileSentToday(deps, file);
  return { options, context: { ...limits, fileName, sentToday }, service, template };
}
