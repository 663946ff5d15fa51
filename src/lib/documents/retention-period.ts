const longest = 78;

/** Weeks of a period such as `26 weeks` or `1 week`, in any case, blanks around it allowed; null for anything else. */
export function parseRetentionPeriod(text: string): number | null {
  const weeks = Number(/^\s*(\d{1,9}) weeks?\s*$/i.exec(text)?.[1] ?? 0);
  return weeks >= 1 && weeks <= longest ? weeks : null;
}
