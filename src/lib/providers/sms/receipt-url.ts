/** User and password that a provider shows when it posts receipts. */
export type ReceiptCredentials = readonly [user: string, password: string];

/** `https://user:pass@host/path`: how providers are told the credentials of the receipts' URL (delivery sheet §5.1). */
export function receiptUrl(base: string, credentials: ReceiptCredentials | null): string {
  if (credentials === null) return base;
  const [scheme = '', rest = ''] = base.split('://', 2);
  const [user, password] = credentials.map(encodeURIComponent);
  return `${scheme}://${user}:${password}@${rest}`;
}
