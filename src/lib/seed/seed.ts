import type { KeyType } from '../api-keys/api-key.ts';
import type { SenderType } from '../services/sender.ts';
import type { ServicePermission } from '../services/service.ts';
import type { ProcessType, TemplateType } from '../templates/template.ts';

/** What a seed file holds (docs/seed.md). What it leaves out is undefined, and stays as it is in the database. */
export interface Seed {
  readonly users: readonly SeedUser[];
  readonly services: readonly SeedService[];
}

/** Where in the file an entry is, such as `services[0].templates[1]`, for messages. */
interface Placed {
  readonly path: string;
  readonly id: string;
}

export interface SeedUser extends Placed {
  readonly name: string;
  readonly emailAddress: string;
  readonly mobileNumber: string | null;
}

export interface SeedService extends Placed {
  readonly name: string;
  readonly live: boolean | undefined;
  readonly permissions: readonly ServicePermission[] | undefined;
  readonly contactLink: string | null | undefined;
  readonly prefixSms: boolean | undefined;
  readonly emailSenderName: string | null | undefined;
  readonly rateLimit: number | undefined;
  readonly emailLimit: number | undefined;
  readonly smsLimit: number | undefined;
  readonly letterLimit: number | undefined;
  readonly internationalSmsLimit: number | undefined;
  readonly guestList: readonly string[];
  /** Ids of users. */
  readonly team: readonly string[];
  readonly inboundNumber: SeedInboundNumber | null;
  readonly senders: readonly SeedSender[];
  readonly apiKeys: readonly SeedApiKey[];
  readonly templates: readonly SeedTemplate[];
}

export interface SeedInboundNumber extends Placed {
  readonly number: string;
  readonly provider: string;
}

export interface SeedSender extends Placed {
  readonly type: SenderType;
  readonly value: string;
  readonly isDefault: boolean;
  /** The texts to this sender arrive at the inbound number of the service. */
  readonly isInbound: boolean;
}

export interface SeedApiKey extends Placed {
  readonly name: string;
  readonly keyType: KeyType;
  /** The last 36 characters of what clients are configured with. */
  readonly secret: string;
}

export interface SeedTemplate extends Placed {
  readonly name: string;
  readonly templateType: TemplateType;
  readonly content: string;
  readonly subject: string | undefined;
  readonly processType: ProcessType | undefined;
  readonly postage: string | undefined;
  readonly letterContactId: string | null | undefined;
  readonly hasUnsubscribeLink: boolean | undefined;
  readonly isRedacted: boolean;
}
