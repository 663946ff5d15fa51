import type { Config } from '../config/schema.ts';
import { AppError } from '../core/errors.ts';
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../core/json.ts';
import type { Logger } from '../observability/logger.ts';
import type { Enqueuer } from '../queue/enqueuer.ts';
import { defineTask, type Task } from '../queue/task.ts';
import { snsText } from '../receipts/sns-message.ts';
import type { SnsVerifier } from '../receipts/sns-verifier.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { importResponses, type ResponseDeps } from './import-responses.ts';
import { isResponseName } from './response-file.ts';

export const responseTaskName = 'update-letter-notifications-statuses';

export interface PrintCallbackDeps {
  readonly enqueuer: Enqueuer;
  readonly logger: Logger;
  readonly sns: SnsVerifier;
  readonly config: Pick<Config, 'snsVerification' | 'printTopicArns' | 'printResponses'>;
}

/**
 * Takes what SNS posts about files that the print provider wrote (letters sheet §11): a subscription is confirmed, the import
 * of a file of responses is queued, other files are left alone.
 *
 * @throws AppError REQUEST_INVALID for what is no envelope of SNS; AUTH_INVALID; SERVICE_UNAVAILABLE while SNS cannot be asked
 */
export async function receivePrintCallback(
  deps: PrintCallbackDeps,
  { body, requestId }: { body: string; requestId: string },
): Promise<void> {
  const { sns, config, logger, enqueuer } = deps;
  const envelope = readEnvelope(body);
  const topic = snsText(envelope, 'TopicArn');
  if (config.printTopicArns.length > 0 && !config.printTopicArns.includes(topic))
    throw new AppError('AUTH_INVALID', 'DVLA callback failed: topic not allowed');
  if (config.snsVerification === 'on') await sns.verify(envelope);
  if (snsText(envelope, 'Type') === 'SubscriptionConfirmation') return sns.confirm(envelope);
  const file = fileOf(snsText(envelope, 'Message'));
  if (file === null || !isResponseName(file) || config.printResponses !== 'storage') {
    logger.info({ file }, 'The print provider wrote a file that is not read');
    return;
  }
  await enqueuer.add({
    ...{ queue: 'notify', task: responseTaskName, args: { file }, subject: file },
    requestId,
  });
}

const requiredFields = ['Type', 'MessageId', 'Message'];

function noEnvelope(message: string): AppError {
  return new AppError('REQUEST_INVALID', message, { details: { messages: [message] } });
}

function readEnvelope(body: string): JsonObject {
  const envelope = parsed(body);
  if (!isJsonObject(envelope)) throw noEnvelope('DVLA callback failed: Invalid JSON');
  const missing = requiredFields.find((name) => snsText(envelope, name) === '');
  if (missing !== undefined) throw noEnvelope(`${missing} is a required property`);
  const type = snsText(envelope, 'Type');
  if (type !== 'Notification' && type !== 'SubscriptionConfirmation')
    throw noEnvelope(`Type ${type} is not one of [Notification, SubscriptionConfirmation]`);
  return envelope;
}

/** The key of the file that a message of S3 is about, without its folder. */
function fileOf(message: string): string | null {
  const event = parsed(message);
  const records = isJsonObject(event) ? event['Records'] : null;
  const record: JsonValue | undefined = Array.isArray(records) ? records[0] : undefined;
  const s3 = record !== undefined && isJsonObject(record) ? record['s3'] : null;
  const object = s3 != null && isJsonObject(s3) ? s3['object'] : null;
  const key = object != null && isJsonObject(object) ? object['key'] : null;
  return typeof key === 'string' ? (key.split('/').at(-1) ?? null) : null;
}

function parsed(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

/** Reads a file of responses from the storage; one that is not there, or cannot be read, is told in the log. */
export function importResponsesTask(
  deps: ResponseDeps & { readonly storage: ObjectStore; readonly logger: Logger },
): Task {
  return defineTask<{ readonly file: string }>({
    name: responseTaskName,
    async run({ file }) {
      const open = async () => {
        const content = await deps.storage.open('print-responses', file);
        if (content === null)
          throw new AppError('NOT_FOUND', `There is no ${file} in 'print-responses' of the storage`);
        return content;
      };
      const { problems } = await importResponses(deps, { name: file, open });
      for (const problem of problems) deps.logger.error({ file }, problem);
    },
  });
}
