import type { Database } from '../../db/database.ts';
import { listTeamRecipients } from '../../services/find-service.ts';
import { requireService } from '../../services/show-service.ts';
import { showTemplate } from '../../templates/show-template.ts';
import { mostRows, type CsvCheckOptions } from './csv-options.ts';

/** What a file for a stored template is checked against. */
export interface TemplateCheckOptions {
  readonly options: CsvCheckOptions;
  readonly restricted: boolean;
  readonly dailyLimit: number;
  readonly dailyInternationalLimit: number;
}

/**
 * Reads a template and what its service may do: a service in trial mode sends to its team only (jobs sheet §8). The
 * allowance is that of a whole day.
 *
 * @throws AppError NOT_FOUND
 */
export async function readTemplateCheckOptions(
  { db }: { db: Database },
  { templateId }: { templateId: string },
): Promise<TemplateCheckOptions> {
  const template = await showTemplate({ db }, { templateId });
  const service = await requireService({ db }, template.serviceId);
  const { templateType } = template;
  const dailyLimit = {
    sms: service.smsMessageLimit,
    email: service.emailMessageLimit,
    letter: service.letterMessageLimit,
  };
  const may = (permission: (typeof service.permissions)[number]): boolean => service.permissions.includes(permission);
  return {
    options: {
      template,
      prefix: service.prefixSms ? service.name : null,
      guestList: service.restricted ? await listTeamRecipients({ db }, service.id) : null,
      internationalSms: may('international_sms'),
      internationalLetters: may('international_letters'),
      landlines: may('sms_to_uk_landlines'),
      remainingMessages: dailyLimit[templateType],
      remainingInternationalSms: service.internationalSmsMessageLimit,
      maxRows: mostRows,
    },
    restricted: service.restricted,
    dailyLimit: dailyLimit[templateType],
    dailyInternationalLimit: service.internationalSmsMessageLimit,
  };
}
