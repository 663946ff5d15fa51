/** Commands about files of recipients, on the database and the stored files of a test app. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import { aService, aTemplate } from '../support/builders.ts';
import { databaseEnvironment, type CliDocument, type CliResult } from '../support/cli.ts';
import { runCommand } from '../support/command-runner.ts';
import { temporaryFolder } from '../support/folders.ts';
import type { TestApp } from '../support/test-app.ts';

export const people = 'phone number,name\n07900900123,Jo\n07900900124,Al\n';

export interface StoredRow {
  readonly row: number;
  readonly status: string;
  readonly reply_to: string | null;
}

export interface JobCommands {
  /** Of a live service and its text `Hi ((name))`; they are there once the tests run. */
  readonly ids: { readonly service: string; readonly template: string };
  readonly environment: () => Record<string, string>;
  readonly notify: (...args: string[]) => Promise<CliResult>;
  /** The document that a command prints, and its exit status. */
  readonly answerOf: (...args: string[]) => Promise<CliDocument & { readonly exitCode: number | null }>;
  /** `--service` and `--template`. */
  readonly target: () => string[];
  /** `jobs process` with a file of its own. */
  readonly sendArgs: (content?: string, ...more: string[]) => Promise<string[]>;
  readonly notificationsOf: (jobId: string) => Promise<StoredRow[]>;
}

export function jobCommandsOn(app: TestApp): JobCommands {
  const ids = { service: '', template: '' };
  beforeAll(async () => {
    ids.service = (await aService(app, { name: 'Surgery' })).id;
    ids.template = (await aTemplate(app, ids.service, { name: 'Reminder', content: 'Hi ((name))' })).id;
  });
  const environment = (): Record<string, string> => ({
    ...databaseEnvironment(app.databaseUrl),
    NOTIFY_STORAGE_DIR: app.config.storageDir!,
    NOTIFY_LOG_LEVEL: 'silent',
  });
  const notify = (...args: string[]): Promise<CliResult> => runCommand(args, { env: environment() });
  const target = (): string[] => ['--service', ids.service, '--template', ids.template];
  return {
    ids,
    environment,
    notify,
    target,
    async answerOf(...args) {
      const answer = await notify(...args, '--json');
      return { exitCode: answer.exitCode, ...answer.json<CliDocument>() };
    },
    async sendArgs(content, ...more) {
      return ['jobs', 'process', await aFile(content), ...target(), ...more];
    },
    async notificationsOf(jobId) {
      const { rows } = await app.db.query<StoredRow>({
        text: `SELECT job_row_number AS row, notification_status AS status, reply_to_text AS reply_to FROM notifications
          WHERE job_id = $1 ORDER BY job_row_number`,
        values: [jobId],
      });
      return rows;
    },
  };
}

let files = 0;

/** A file of its own name: the same one is not sent twice a day. */
export async function aFile(content: string | Buffer = people, name = `people-${(files += 1)}.csv`): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, content);
  return path;
}
