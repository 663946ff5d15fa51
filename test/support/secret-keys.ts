/** `NOTIFY_SECRET_KEYS` of all tests: one key of 32 bytes. */
export const testSecretKeys = `test1:${Buffer.alloc(32, 7).toString('base64')}`;
