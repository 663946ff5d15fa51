import { parseUuid } from '../core/ids.ts';
import { readReceiptTime } from '../core/provider-time.ts';
import { recordReceipt, type ReceiptDeps, type ReceiptOutcome } from './record-receipt.ts';
import {
  isUnknownFiretextCode,
  smsProviderNames,
  smsVerdict,
  statusByReceipt,
  type SmsReceipt,
  type SmsVerdict,
} from './sms-receipt.ts';

/**
 * Applies a provider's receipt of a text message (delivery sheet §6.1). A reference that is no id changes nothing
 * (`invalid`); a status that is in no table ends the message as `technical-failure`.
 */
export async function processSmsReceipt(deps: ReceiptDeps, receipt: SmsReceipt): Promise<ReceiptOutcome | 'invalid'> {
  const { logger, metrics } = deps;
  const { provider, reference, status, occurredAt } = receipt;
  const name = smsProviderNames[provider];
  const notificationId = parseUuid(reference);
  if (notificationId === null) {
    logger.error(`${name} callback with invalid reference ${reference.slice(0, 100)}`);
    metrics.receiptProblems.inc({ provider, problem: 'invalid reference' });
    return 'invalid';
  }
  const verdict = smsVerdict(receipt);
  if (verdict === null) {
    logger.error({ notificationId }, `${name} callback failed: status ${status.slice(0, 100)} not found.`);
    metrics.receiptProblems.inc({ provider, problem: 'unknown status' });
  } else if (isUnknownFiretextCode(receipt)) {
    const code = receipt.detail?.slice(0, 100);
    logger.warn(`Failure code ${code} from Firetext not recognised when processing notification ${notificationId}`);
    metrics.receiptProblems.inc({ provider, problem: 'unknown code' });
  }
  const outcome = await recordReceipt(deps, {
    notificationId,
    type: 'sms',
    provider,
    status: verdict?.status ?? 'technical-failure',
    ...(verdict !== null && { refine: (notification) => statusByReceipt(receipt, verdict, notification) }),
    occurredAt: occurredAt === null ? null : readReceiptTime(occurredAt),
  });
  if (verdict !== null && outcome === 'recorded') logger.info(describe(receipt, verdict, notificationId));
  return outcome;
}

function describe({ provider, status, detail }: SmsReceipt, verdict: SmsVerdict, id: string): string {
  const code = detail === null || detail === '' ? '' : `: ${verdict.reason ?? 'unknown'}(${detail.slice(0, 100)})`;
  return `${smsProviderNames[provider]} callback returned status of ${verdict.status}(${status})${code} for reference: ${id}`;
}
