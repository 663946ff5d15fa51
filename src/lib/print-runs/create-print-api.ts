import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { SecretBox } from '../core/secret-box.ts';
import { createHttpPrintApi } from './http-print-client.ts';
import type { PrintApi } from './print-api.ts';
import { printCallbackUrl } from './print-callback-token.ts';

export type PrintApiConfig = Pick<
  Config,
  | 'printApiUrl'
  | 'printApiUser'
  | 'printApiPassword'
  | 'printApiKey'
  | 'printApiConcurrency'
  | 'printCallbackUrl'
  | 'publicUrl'
>;

const timeoutMs = 60_000;

/**
 * The print provider's API, where one is configured: letters then go to it one by one, and zips are not made. Nothing is
 * connected before the first letter.
 *
 * @throws AppError CONFIG_INVALID
 */
export function createPrintApi(
  config: PrintApiConfig,
  deps: { readonly secretBox: Pick<SecretBox, 'seal'>; readonly clock: Clock },
): PrintApi | null {
  const { printApiUrl: url } = config;
  if (url === null) return null;
  const baseUrl = config.printCallbackUrl ?? config.publicUrl;
  if (baseUrl === null)
    throw new AppError(
      'CONFIG_INVALID',
      'NOTIFY_PRINT_API_URL needs NOTIFY_PRINT_CALLBACK_URL or NOTIFY_PUBLIC_URL: where the provider posts what became of letters',
    );
  return createHttpPrintApi({
    url,
    user: needed(config.printApiUser, 'NOTIFY_PRINT_API_USER'),
    password: needed(config.printApiPassword, 'NOTIFY_PRINT_API_PASSWORD'),
    apiKey: needed(config.printApiKey, 'NOTIFY_PRINT_API_KEY'),
    callbackUrlOf: (notificationId) => printCallbackUrl(deps, baseUrl, notificationId),
    concurrency: config.printApiConcurrency,
    timeoutMs,
    clock: deps.clock,
  });
}

function needed(value: string | null, name: string): string {
  if (value !== null) return value;
  throw new AppError('CONFIG_INVALID', `NOTIFY_PRINT_API_URL is set, and ${name} is not`);
}
