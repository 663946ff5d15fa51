import type { ServiceCache } from '../cache/service-cache.ts';
import { createApiKey } from '../api-keys/create-api-key.ts';
import { keyTypes, type KeyType } from '../api-keys/api-key.ts';
import type { Clock } from '../core/clock.ts';
import { isAppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { addInboundNumber } from '../inbound/add-inbound-number.ts';
import { createService } from '../services/create-service.ts';
import { findServiceForAuthentication } from '../services/find-service.ts';
import { createTemplate } from '../templates/create-template.ts';
import { templateTypes, type TemplateType } from '../templates/template.ts';
import { readDemoFile, writeDemoFile } from './demo-file.ts';
import type { Demo } from './demo.ts';

const guestList = ['07700900100', 'demo@example.com'];

const templateTexts: Readonly<Record<TemplateType, { name: string; subject: string | null; content: string }>> = {
  sms: { name: 'Demo text message', subject: null, content: 'Hello ((name)), this is a text message from Notify.' },
  email: {
    name: 'Demo email',
    subject: 'Hello ((name))',
    content:
      '# Hello ((name))\n\nThis is an email from Notify.\n\n* it has a list\n* and [a link](https://www.example.com)',
  },
  letter: {
    name: 'Demo letter',
    subject: 'Hello ((name))',
    content: 'Dear ((name)),\n\nThis is a letter from Notify.',
  },
};

/**
 * Makes the demo service, or finds it: ids and keys are kept in `demo.json` of the state folder, so they are the same at
 * every start, and whatever of it the database lacks is created again.
 */
export async function createDemo(
  deps: { db: Database; cache: ServiceCache; clock: Clock; ids: Ids; secretBox: SecretBox },
  { stateDir }: { stateDir: string },
): Promise<Demo> {
  const demo = (await readDemoFile(stateDir)) ?? (await writeDemoFile(stateDir, inventDemo(deps.ids)));
  const serviceId = demo.service_id;
  if ((await findServiceForAuthentication(deps, serviceId)) === null) await createDemoService(deps, serviceId);
  for (const keyType of keyTypes) {
    const secret = demo.api_keys[keyType].slice(-36);
    await unlessExists(createApiKey(deps, { serviceId, name: `Demo ${keyType}`, keyType, secret }));
  }
  for (const templateType of templateTypes) {
    await unlessExists(
      createTemplate(deps, {
        serviceId,
        templateType,
        id: demo.templates[templateType],
        ...templateTexts[templateType],
      }),
    );
  }
  await addInboundNumber(deps, { number: '07700900999', provider: 'sandbox', serviceId });
  return demo;
}

function inventDemo(ids: Ids): Demo {
  const serviceId = ids.uuid();
  const key = (keyType: KeyType): string => `demo_${keyType}-${serviceId}-${ids.secret()}`;
  return {
    service_id: serviceId,
    api_keys: { normal: key('normal'), team: key('team'), test: key('test') },
    templates: { sms: ids.uuid(), email: ids.uuid(), letter: ids.uuid() },
    guest_list: guestList,
  };
}

async function createDemoService(deps: Parameters<typeof createService>[0], id: string): Promise<void> {
  const create = (name: string): Promise<unknown> =>
    createService(deps, {
      id,
      name,
      live: true,
      contactLink: 'https://www.example.com/contact',
      smsSender: 'NotifyDemo',
      emailReplyTo: 'demo-replies@example.com',
      permissions: [
        'sms',
        'email',
        'letter',
        'international_sms',
        'international_letters',
        'inbound_sms',
        'upload_document',
      ],
      guestList,
    });
  try {
    await create('Demo service');
  } catch (error) {
    if (!isAppError(error, 'CONFLICT')) throw error;
    // The name belongs to the demo of another state folder on the same database, or this very service was just made.
    await unlessExists(create(`Demo service ${id.slice(-12)}`));
  }
}

/** Another start, or another process at the same time, made it already. */
async function unlessExists(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!isAppError(error, 'CONFLICT')) throw error;
  }
}
