import { uncached } from '../../cache/service-cache.ts';
import type { Database } from '../../db/database.ts';
import { listKnownRecipients } from '../../services/find-service.ts';
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
 * Reads a template and what its service may do. In trial mode the team and the guest list may be sent to, as when rows are
 * sent (jobs sheet §6; the site's check, made by a team member, knows the team only). The allowance is that of a whole day.
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
      guestList: service.restricted ? await listAllowed({ db }, service.id) : null,
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

async function listAllowed({ db }: { db: Database }, serviceId: string): Promise<readonly unknown[]> {
  const known = await listKnownRecipients({ db, cache: uncached }, serviceId);
  // An empty list would mean anyone: this entry is nobody's number.
  return known.length > 0 ? known : [null];
}
