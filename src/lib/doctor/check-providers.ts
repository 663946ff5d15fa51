import type { Queryable } from '../db/database.ts';
import { inspectProviders, reachProviders, type ProviderSituation } from '../providers/inspect-providers.ts';
import { sandboxIdentifier, type ProviderRegistry } from '../providers/provider.ts';
import { ok, warning, wrong, type Check } from './check.ts';

/** Whether there is somebody to send messages of each type. */
export async function checkActiveProviders(db: Queryable, providers: ProviderRegistry): Promise<Check[]> {
  return (await inspectProviders({ db, providers })).map(toCheck);
}

function toCheck({ type, usable, unconfigured, inactive }: ProviderSituation): Check {
  const name = `providers-${type}`;
  if (usable.length === 0) {
    const active =
      unconfigured.length === 0
        ? 'no provider is active'
        : `only ${unconfigured.join(', ')} is active, and not configured`;
    const configured = inactive.length === 0 ? '' : `; configured, but inactive: ${inactive.join(', ')}`;
    return wrong(
      name,
      `${active}${configured}`,
      'Configure a provider (`notify config show`) or activate one; workers then use it.',
    );
  }
  if (unconfigured.length > 0) {
    const hint = 'Configure it for every worker (`notify config show`), or deactivate it.';
    return warning(name, `${unconfigured.join(', ')} is active, and not configured here`, hint);
  }
  const isOnlySandbox = usable.every((identifier) => identifier === sandboxIdentifier);
  const message = `active: ${usable.join(', ')}${isOnlySandbox ? '; messages are kept instead of sent' : ''}`;
  const hint =
    inactive.length === 0
      ? null
      : `${inactive.join(', ')} is configured; the next worker that starts activates it, unless an operator switched it off.`;
  return ok(name, message, hint);
}

/** Whether the configured providers can be reached. */
export async function checkReach(providers: ProviderRegistry): Promise<Check[]> {
  const reached = await reachProviders({ providers });
  return reached.map(({ identifier, problem }) => {
    const name = `provider-${identifier}`;
    if (problem === null) return ok(name, 'answers');
    return wrong(
      name,
      `cannot be used: ${problem}`,
      'Check its address and credentials (`notify config show`) and the network.',
    );
  });
}
