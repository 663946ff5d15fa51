import type { Clock } from '../core/clock.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { keptSince, readRetentionDays } from '../retention/read-data-retention.ts';
import { requireService } from '../services/show-service.ts';
import { listInboundSmsSince, listLastInboundSms, summariseInboundSms } from './inbound-sms-repository.ts';
import { toUserNumber, type InboundSms } from './inbound-sms.ts';

/** What people of a service see of the texts that it received (admin API sheet §4.12): those it keeps, the newest first. */

interface Deps {
  readonly db: Queryable;
  readonly clock: Clock;
  readonly secretBox: SecretBox;
}

/** The most texts that one look shows. */
const mostTexts = 1000;

/** The texts of one sender, in any spelling of the number, or of all. @throws AppError NOT_FOUND for an unknown service */
export async function listKeptTexts(
  deps: Deps,
  { serviceId, sender }: { serviceId: string; sender: string | null },
): Promise<InboundSms[]> {
  const userNumber = sender === null ? null : toUserNumber(sender);
  const since = await keptSmsSince(deps, serviceId);
  return listInboundSmsSince(deps.db, deps.secretBox, { serviceId, since, userNumber, limit: mostTexts });
}

/** A page of the last texts of everybody, from page 1. @throws AppError NOT_FOUND for an unknown service */
export async function pageLastTexts(
  deps: Deps,
  { serviceId, page, pageSize }: { serviceId: string; page: number; pageSize: number },
): Promise<{ texts: InboundSms[]; hasNext: boolean }> {
  const since = await keptSmsSince(deps, serviceId);
  const place = { serviceId, since, limit: pageSize + 1, offset: (page - 1) * pageSize };
  const texts = await listLastInboundSms(deps.db, deps.secretBox, place);
  return { texts: texts.slice(0, pageSize), hasNext: texts.length > pageSize };
}

/** However long texts are kept. */
const summaryDays = 7;

/** @throws AppError NOT_FOUND for an unknown service */
export async function summariseReceivedTexts(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  { serviceId }: { serviceId: string },
): Promise<{ readonly count: number; readonly mostRecent: Date | null }> {
  await requireService({ db }, serviceId);
  return summariseInboundSms(db, { serviceId, since: keptSince(summaryDays, clock.now()) });
}

async function keptSmsSince({ db, clock }: Deps, serviceId: string): Promise<Date> {
  await requireService({ db }, serviceId);
  return keptSince((await readRetentionDays({ db }, serviceId)).sms, clock.now());
}
