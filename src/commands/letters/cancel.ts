import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg, yesFlag } from '../../lib/cli/flags.ts';

interface Result {
  readonly id: string;
  readonly status: string;
  readonly already: boolean;
}

export default class LettersCancel extends BaseCommand<Result> {
  static override summary = 'Cancel a letter that is not printed yet.';
  static override description =
    'A letter can be cancelled until half past five in London of its day; one made later, of the next day. Exit status: 0 done, or cancelled already; 4 no letter, too late, or not confirmed; 5 no such message.';
  static override examples = ['<%= config.bin %> letters cancel 018f2f6e-7c1a-7000-8000-000000000000 --yes'];
  static override args = { id: uuidArg({ description: 'id of the letter', required: true }) };
  static override flags = { yes: yesFlag };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(LettersCancel);
    return this.withApp(flags, async (app) => {
      const { showNotification } = await import('../../lib/notifications/show-notification.ts');
      const { cancelLetter } = await import('../../lib/notifications/cancel-letter.ts');
      const { AppError, isAppError } = await import('../../lib/core/errors.ts');
      const { id, serviceId, status } = await showNotification(app, { notificationId: args.id });
      if (status === 'cancelled') return { result: { id, status, already: true } };
      await this.confirm(`Cancel letter ${id}?`, flags);
      try {
        const cancelled = await cancelLetter(app, { serviceId, notificationId: id });
        return { result: { id, status: cancelled.status, already: false } };
      } catch (error) {
        if (!isAppError(error, 'REQUEST_INVALID')) throw error;
        throw new AppError('REFUSED', error.message, { details: { notification_id: id, status }, cause: error });
      }
    });
  }

  protected render({ id, already }: Result): string {
    return already ? `Letter ${id} was cancelled already.` : `Letter ${id} is cancelled.`;
  }
}
