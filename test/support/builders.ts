/** Rows for tests, made by the real use cases with sensible defaults: say only what the test is about. */
import { createApiKey, type CreateApiKeyInput } from '../../src/lib/api-keys/create-api-key.ts';
import type { ApiKey } from '../../src/lib/api-keys/api-key.ts';
import type { App } from '../../src/lib/app.ts';
import type { NewJob } from '../../src/lib/queue/job-queue.ts';
import { createService, type CreateServiceInput } from '../../src/lib/services/create-service.ts';
import type { Service } from '../../src/lib/services/service.ts';
import { createTemplate, type CreateTemplateInput } from '../../src/lib/templates/create-template.ts';
import type { Template } from '../../src/lib/templates/template.ts';

type Deps = Pick<App, 'db' | 'clock' | 'ids' | 'secretBox'>;

/** A live service with a name of its own. */
export function aService(deps: Deps, input: Partial<CreateServiceInput> = {}): Promise<Service> {
  return createService(deps, { name: `Service ${shortId(deps)}`, live: true, ...input });
}

/** A live key; `text` is what a client is configured with. */
export function anApiKey(
  deps: Deps,
  serviceId: string,
  input: Partial<Omit<CreateApiKeyInput, 'serviceId'>> = {},
): Promise<{ apiKey: ApiKey; text: string }> {
  return createApiKey(deps, { serviceId, name: `Key ${shortId(deps)}`, keyType: 'normal', ...input });
}

/** A text message template `Hello ((name))`; an email or letter one gets a subject, too. */
export function aTemplate(
  deps: Deps,
  serviceId: string,
  input: Partial<Omit<CreateTemplateInput, 'serviceId'>> = {},
): Promise<Template> {
  const { templateType = 'sms' } = input;
  return createTemplate(deps, {
    serviceId,
    name: `Template ${shortId(deps)}`,
    templateType,
    content: 'Hello ((name))',
    ...(templateType !== 'sms' && { subject: 'About ((name))' }),
    ...input,
  });
}

/** A job of the task `greet` about the subject `one`. */
export function aJob(changes: Partial<NewJob> = {}): NewJob {
  return { queue: 'notify', task: 'greet', args: { name: 'Ada' }, subject: 'one', ...changes };
}

/** Enqueues jobs in a transaction of their own. */
export function enqueueJobs({ db, queue }: Pick<App, 'db' | 'queue'>, ...jobs: readonly NewJob[]): Promise<void> {
  return db.transaction((tx) => queue.enqueue(tx, jobs));
}

/** Unique within a test run: the random end of an id. */
function shortId({ ids }: Deps): string {
  return ids.uuid().slice(-12);
}
