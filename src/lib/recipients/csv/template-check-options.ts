import { uncached } from '../../cache/service-cache.ts';
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../db/database.ts';
import { readAllowance } from '../../limits/read-allowance.ts';
import { listKnownRecipients } from '../../services/find-service.ts';
import type { Service } from '../../services/service.ts';
import { requireService } from '../../services/show-service.ts';
import { showTemplate } from '../../templates/show-template.ts';
import type { Template } from '../../templates/template.ts';
import { mostRows, type CsvCheckOptions } from './csv-options.ts';

/** What a file for a stored template is checked against. */
export interface TemplateCheckOptions {
  readonly options: CsvCheckOptions;
  readonly service: Service;
  readonly template: Template;
  readonly restricted: boolean;
  readonly dailyLimit: number;
  readonly dailyInternationalLimit: number;
}

/**
 * Reads a template, what its service may do, and what is left of its allowances of today. In trial mode the team and the
 * guest list may be sent to, as when rows are sent (jobs sheet §6; the site's check, made by a team member, knows the team
 * only).
 *
 * @throws AppError NOT_FOUND
 */
export async function readTemplateCheckOptions(
  { db, clock }: { db: Database; clock: Clock },
  { templateId }: { templateId: string },
): Promise<TemplateCheckOptions> {
  const template = await showTemplate({ db }, { templateId });
  const service = await requireService({ db }, template.serviceId);
  const { templateType } = template;
  const messages = await readAllowance({ db, clock }, service, templateType);
  const abroad = await readAllowance({ db, clock }, service, 'international_sms');
  const may = (permission: (typeof service.permissions)[number]): boolean => service.permissions.includes(permission);
  return {
    options: {
      template,
      prefix: service.prefixSms ? service.name : null,
      guestList: service.restricted ? await listAllowed({ db }, service.id) : null,
      internationalSms: may('international_sms'),
      internationalLetters: may('international_letters'),
      landlines: may('sms_to_uk_landlines'),
      remainingMessages: messages.remaining,
      remainingInternationalSms: abroad.remaining,
      maxRows: mostRows,
    },
    service,
    template,
    restricted: service.restricted,
    dailyLimit: messages.limit,
    dailyInternationalLimit: abroad.limit,
  };
}

async function listAllowed({ db }: { db: Database }, serviceId: string): Promise<readonly unknown[]> {
  const known = await listKnownRecipients({ db, cache: uncached }, serviceId);
  // An empty list would mean anyone: this entry is nobody's number.
  return known.length > 0 ? known : [null];
}
