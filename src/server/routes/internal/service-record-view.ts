import { toApiDateTimeOrNull } from '../../../lib/core/clock.ts';
import type { ServiceRecord } from '../../../lib/services/service-record.ts';

/** A service as the internal API shows it (admin API sheet §4.1). */
export function toServiceRecordView(record: ServiceRecord): object {
  return {
    ...record,
    go_live_at: toApiDateTimeOrNull(record.go_live_at),
    email_branding: null,
    letter_branding: null,
  };
}
