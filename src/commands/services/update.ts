import { basename } from 'node:path';
import { Flags } from '@oclif/core';
import type { App } from '../../lib/app.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { requireSomeFlag, uuidArg } from '../../lib/cli/flags.ts';
import { readInput } from '../../lib/cli/read-input.ts';
import { given } from '../../lib/core/given.ts';
import { changedFieldNames, toServiceView, type ServiceView } from '../../lib/services/service-view.ts';
import { servicePermissions } from '../../lib/services/service.ts';

interface Result extends ServiceView {
  /** The fields that were not so already. */
  readonly changed: readonly string[];
}

/** What of it makes no version. */
const logoField = 'letter_logo';

const limit = { helpValue: 'N', min: 0, max: 2_147_483_647 };
const permission = { multiple: true, multipleNonGreedy: true, options: servicePermissions } as const;

export default class ServicesUpdate extends BaseCommand<Result> {
  static override summary = 'Change settings of a service.';
  static override description = `Every change is a new version of the service; what is so already changes nothing and exits 0.
--live opens it to anybody and raises the daily limits to those of live services (250,000 texts and emails, 20,000 letters, 100 international texts); --trial goes back and lowers them to 50. Limits that are given too are taken as they are.
--letter-logo prints a PNG or JPEG at the top of its letters, as large as 70 by 18 mm take; that is no version.`;
  static override examples = [
    '<%= config.bin %> services update 018f2f6e-7c1a-7000-8000-000000000000 --live --sms-limit 1000000',
    '<%= config.bin %> services update 018f2f6e-7c1a-7000-8000-000000000000 --add-permission upload_document --remove-permission letter --prefix-sms',
  ];
  static override args = { id: uuidArg({ description: 'id of the service', required: true }) };
  static override flags = {
    name: Flags.string({ summary: 'Name; also makes the From address of its emails.' }),
    live: Flags.boolean({ summary: 'Anybody can receive messages.', exclusive: ['trial'] }),
    trial: Flags.boolean({ summary: 'Only the team and the guest list can.' }),
    'rate-limit': Flags.integer({ ...limit, summary: 'Requests a minute with each type of key.' }),
    'sms-limit': Flags.integer({ ...limit, summary: 'Text messages a day.' }),
    'email-limit': Flags.integer({ ...limit, summary: 'Emails a day.' }),
    'letter-limit': Flags.integer({ ...limit, summary: 'Letters a day.' }),
    'international-sms-limit': Flags.integer({ ...limit, summary: 'International text messages a day.' }),
    'contact-link': Flags.string({ summary: 'Contact page; empty for none.', helpValue: 'URL' }),
    'email-sender-name': Flags.string({
      summary: 'Name that emails come from, which also makes their From address; empty for the name of the service.',
      helpValue: 'NAME',
    }),
    'prefix-sms': Flags.boolean({ summary: 'Start text messages with the name of the service.', allowNo: true }),
    'letter-logo': Flags.string({
      summary: 'Picture at the top of its letters, in place of the one that there is.',
      helpValue: 'FILE',
      exclusive: ['no-letter-logo'],
    }),
    'no-letter-logo': Flags.boolean({ summary: 'Print no picture on its letters.' }),
    'add-permission': Flags.string({ ...permission, summary: 'What the service may do from now on, repeatable.' }),
    'remove-permission': Flags.string({ ...permission, summary: 'What it may not do any more, repeatable.' }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(ServicesUpdate);
    requireSomeFlag(flags, Object.keys(ServicesUpdate.flags));
    const logo = flags['letter-logo'] === undefined ? null : await readLogo(flags['letter-logo']);
    return this.withApp(flags, async (app) => {
      // What the file is decides first: nothing else is changed with one that is no picture.
      const isLogoChanged = await this.changeLogo(app, args.id, flags['no-letter-logo'] ? 'none' : logo);
      const { updateService } = await import('../../lib/services/update-service.ts');
      const { service, changed } = await updateService(app, {
        serviceId: args.id,
        ...given({
          name: flags.name,
          live: flags.live ? true : flags.trial ? false : undefined,
          rateLimit: flags['rate-limit'],
          smsLimit: flags['sms-limit'],
          emailLimit: flags['email-limit'],
          letterLimit: flags['letter-limit'],
          internationalSmsLimit: flags['international-sms-limit'],
          contactLink: emptyAsNull(flags['contact-link']),
          emailSenderName: emptyAsNull(flags['email-sender-name']),
          prefixSms: flags['prefix-sms'],
          addPermissions: flags['add-permission'],
          removePermissions: flags['remove-permission'],
        }),
      });
      const changedFields = changed.map((field) => changedFieldNames[field]);
      if (isLogoChanged) changedFields.push(logoField);
      return { result: { ...toServiceView(service), changed: changedFields } };
    });
  }

  private async changeLogo(app: App, serviceId: string, logo: LogoFile | 'none' | null): Promise<boolean> {
    if (logo === null) return false;
    const { removeLetterLogo, setLetterLogo } = await import('../../lib/letters/change-letter-logo.ts');
    if (logo === 'none') return removeLetterLogo(app, { serviceId });
    const { dpi } = await setLetterLogo(app, { serviceId, ...logo });
    if (dpi < sharpDpi) this.addWarning(`The logo is printed with ${dpi} dots per inch: expected ${sharpDpi} or more`);
    return true;
  }

  protected render({ name, changed, version }: Result): string {
    if (changed.length === 0) return `'${name}' was so already.`;
    const isNewVersion = changed.some((field) => field !== logoField);
    return `Changed ${changed.join(', ')} of '${name}'${isNewVersion ? `, which is now version ${version}` : ''}.`;
  }
}

interface LogoFile {
  readonly file: Uint8Array;
  readonly filename: string;
}

/** Below, edges of pictures are seen to be blurred. */
const sharpDpi = 150;

async function readLogo(path: string): Promise<LogoFile> {
  return { file: await readInput(path, '--letter-logo'), filename: path === '-' ? 'logo' : basename(path) };
}

function emptyAsNull(text: string | undefined): string | null | undefined {
  return text === '' ? null : text;
}
