/** Whether nobody sits at the terminal although there is one: CI services set `CI`. */
export function isContinuousIntegration(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  const value = environment['CI'] ?? '';
  return value !== '' && value !== 'false' && value !== '0';
}
