import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import { defineTask, type Task } from '../queue/task.ts';
import { notificationExists } from './notification-repository.ts';
import type { NotificationWriter } from './notification-writer.ts';
import { persistNotification } from './persist-notification.ts';
import { readSaveArgs, type SaveArgs } from './queue-first-job.ts';

interface SaveDeps {
  readonly db: Database;
  readonly secretBox: SecretBox;
  readonly writer: NotificationWriter;
  readonly logger: Logger;
}

/**
 * The tasks that store messages which were only queued (delivery sheet §1.5). One that is stored already is left alone:
 * its delivery is under way.
 */
export function saveQueuedMessageTasks(deps: SaveDeps): Task[] {
  return (['sms', 'email'] as const).map((type) =>
    defineTask<SaveArgs>({
      name: `save-api-${type}`,
      async run(args, { requestId }) {
        const message = readSaveArgs(args, deps.secretBox);
        const { id } = message.notification;
        try {
          await persistNotification(deps, { ...message, requestId });
        } catch (error) {
          if (!(await notificationExists(deps.db, id))) throw error;
          deps.logger.info(`${type} ${id} already exists.`);
        }
      },
      async onExhausted(_tx, args) {
        const { id } = readSaveArgs(args, deps.secretBox).notification;
        deps.logger.error(`Max retry failed Failed to persist notification ${id}`);
      },
    }),
  );
}
