import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { personalisationFlag, readPersonalisation, uuidFlag } from '../../lib/cli/flags.ts';
import { facts } from '../../lib/cli/table.ts';
import { AppError, isAppError } from '../../lib/core/errors.ts';

interface Result {
  readonly id: string;
  readonly type: string;
  readonly body: string;
  readonly subject: string | null;
  /** True for the recipients that are accepted and never stored. */
  readonly simulated: boolean;
}

export default class NotificationsSend extends BaseCommand<Result> {
  static override summary = 'Send one text message or email by hand.';
  static override description = `The same checks as the API, as if with a live key. The message is stored with its delivery job; a running server or worker delivers it.`;
  static override examples = [
    '<%= config.bin %> notifications send --template 018f2f6e-7c1a-7000-8000-000000000000 --to 07700900100 --personalisation name=Ann',
  ];
  static override flags = {
    template: uuidFlag({ summary: 'Template; decides the service and the type of message.', required: true }),
    to: Flags.string({ summary: 'Phone number or email address.', required: true, helpValue: 'RECIPIENT' }),
    personalisation: personalisationFlag,
    reference: Flags.string({ summary: 'Your own reference.' }),
    sender: uuidFlag({ summary: 'Text message sender or reply-to address instead of the default one.' }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(NotificationsSend);
    const personalisation = readPersonalisation(flags.personalisation);
    return this.withApp(flags, async (app) => {
      const { sendOne } = await import('../../lib/notifications/send-one.ts');
      const { id, template, body, subject, simulated } = await sendOne(app, {
        templateId: flags.template,
        to: flags.to,
        personalisation,
        clientReference: flags.reference ?? null,
        senderId: flags.sender ?? null,
      }).catch((error: unknown) => {
        throw namingTheFlag(error, flags.to);
      });
      return { result: { id, type: template.templateType, body, subject, simulated } };
    });
  }

  protected render({ id, type, simulated }: Result): string {
    return facts({ id, type, next: simulated ? 'nothing: a simulated recipient' : `notify notifications trace ${id}` });
  }
}

/** What is wrong with a recipient, which the API says of its own fields, said of `--to`. */
function namingTheFlag(error: unknown, to: string): unknown {
  if (!isAppError(error)) return error;
  const field = /^(phone_number|email_address) /.exec(error.message)?.[0];
  if (field === undefined && error.code !== 'RECIPIENT_INVALID') return error;
  return new AppError(error.code, `--to is '${to}': ${error.message.slice(field?.length ?? 0)}`, { cause: error });
}
