/** What a key may do (public API sheet §5). `normal` is called "live" in messages. */
export const keyTypes = ['normal', 'team', 'test'] as const;
export type KeyType = (typeof keyTypes)[number];

export interface ApiKey {
  readonly id: string;
  readonly serviceId: string;
  readonly name: string;
  readonly keyType: KeyType;
  /** When it was revoked; null while it is valid. */
  readonly expiryDate: Date | null;
  readonly createdAt: Date;
  readonly createdById: string;
}

/** Where API key secrets are stored, for the secret box. */
export const apiKeySecretContext = 'api_keys.secret';

/** The text a client is configured with: clients read the last 36 and the 36 characters before them. */
export function formatApiKey(name: string, serviceId: string, secret: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return `${slug || 'key'}-${serviceId}-${secret}`;
}
