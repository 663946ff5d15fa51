import { createApp } from '../../src/lib/app.ts';
import { createApiKey } from '../../src/lib/api-keys/create-api-key.ts';
import { loadConfig } from '../../src/lib/config/load.ts';
import { silentLogger } from '../../src/lib/observability/logger.ts';
import { createService } from '../../src/lib/services/create-service.ts';
import { createTemplate } from '../../src/lib/templates/create-template.ts';
import type { BenchDatabase } from './bench-server.ts';

/** A live service without limits that matter. */
export interface BenchService {
  readonly id: string;
  /** Secret of a live key. */
  readonly secret: string;
  /** A text message with two placeholders, `name` and `day`. */
  readonly smsTemplateId: string;
}

const rateLimit = 6_000_000;
const highestLimit = 999_999_999;

/** Makes a service through the product's own use cases. */
export async function createBenchService(database: BenchDatabase): Promise<BenchService> {
  const { config } = loadConfig({ environment: { ...benchEnvironment(database), HOME: '/nonexistent' } });
  const app = await createApp(config, { name: 'notify bench', logger: silentLogger });
  try {
    const { id } = await createService(app, { name: 'Bench', live: true, smsSender: 'BENCH' });
    await database.query(
      `UPDATE services SET rate_limit = $2, email_message_limit = $3, sms_message_limit = $3, letter_message_limit = $3,
         international_sms_message_limit = $3 WHERE id = $1`,
      [id, rateLimit, highestLimit],
    );
    const secret = app.ids.secret();
    await createApiKey(app, { serviceId: id, name: 'bench', keyType: 'normal', secret });
    const template = await createTemplate(app, {
      serviceId: id,
      name: 'Appointment',
      templateType: 'sms',
      content: 'Hello ((name)), your appointment is on ((day)). Reply STOP to cancel it.',
    });
    return { id, secret, smsTemplateId: template.id };
  } finally {
    await app.close();
  }
}

/** The environment that points a process of the product at a database of the bench. */
export function benchEnvironment({ url }: BenchDatabase): Record<string, string> {
  return {
    DATABASE_URL: url,
    NOTIFY_SECRET_KEYS: `bench:${Buffer.alloc(32, 7).toString('base64')}`,
    NOTIFY_LOG_LEVEL: 'warn',
  };
}
