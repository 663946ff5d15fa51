import { saveApiKey } from '../api-keys/save-api-key.ts';
import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { nestedDatabase } from '../db/nested-database.ts';
import { saveInboundNumber } from '../inbound/save-inbound-number.ts';
import { saveUser } from '../users/save-user.ts';
import { plantService } from './plant-service.ts';
import { plantSenders } from './plant-senders.ts';
import { plantTemplate } from './plant-template.ts';
import { createPlantingLog, type Planting, type PlantingLog } from './planting.ts';
import type { Seed, SeedService } from './seed.ts';
import { lockSeeding } from './seed-repository.ts';

interface Deps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly secretBox: SecretBox;
}

/**
 * Makes what a seed holds: creates what is not there, changes what differs, deletes nothing; all or nothing. The same
 * seed again changes nothing. What was archived or revoked since stays so, with a warning.
 *
 * @param input.file named in errors
 * @throws AppError CONFIG_INVALID naming file, place and reason when something cannot be made
 */
export async function plantSeed(deps: Deps, { seed, file }: { seed: Seed; file: string }): Promise<Planting> {
  return deps.db.transaction(async (tx) => {
    await lockSeeding(tx);
    const nested = { ...deps, db: nestedDatabase(tx) };
    const log = createPlantingLog(file);
    for (const user of seed.users) await log.note(user, () => saveUser(nested, user));
    for (const service of seed.services) await plantServiceWithContents(nested, service, log);
    return log.planting;
  });
}

async function plantServiceWithContents(deps: Deps, service: SeedService, log: PlantingLog): Promise<void> {
  const outcome = await log.note(service, () => plantService(deps, service));
  if (outcome === 'gone') return;
  const serviceId = service.id;
  const { inboundNumber } = service;
  if (inboundNumber !== null) {
    await log.note(inboundNumber, () => saveInboundNumber(deps, { ...inboundNumber, serviceId }));
  }
  await plantSenders(deps, service, { log, isNewService: outcome === 'created' });
  for (const apiKey of service.apiKeys) await log.note(apiKey, () => saveApiKey(deps, { ...apiKey, serviceId }));
  for (const template of service.templates) await log.note(template, () => plantTemplate(deps, serviceId, template));
}
