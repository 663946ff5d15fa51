import { randomBytes } from 'node:crypto';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../core/errors.ts';
import { accountOfOwner, canEnter, chooseAccount, type Account } from './account.ts';
import { majorOf, prepareBinaries } from './binaries.ts';
import { findBinaryPackage } from './binary-package.ts';
import { checkCluster, createCluster, inspectCluster, removeUnfinishedClusters } from './cluster.ts';
import { keepPassword, type Credentials } from './credentials.ts';
import { chooseLayout, readLayout, type Layout } from './layout.ts';
import { resetPassword } from './password-reset.ts';
import { stopServer, type ServerPlace } from './server.ts';

export interface PlaceInput {
  readonly stateDir: string;
  readonly home: string;
  readonly credentials: Credentials;
  /** True when no other process uses the server, if one runs. */
  readonly isAlone: boolean;
  readonly notice: (line: string) => void;
}

export interface PreparedPlace extends ServerPlace {
  /** True when the cluster was made just now. */
  readonly isNew: boolean;
  /** True when the data is outside the state folder. */
  readonly isRelocated: boolean;
}

/**
 * Finds the cluster of a state folder, or makes it, with programs and an account that can run it and a password that it
 * knows. Call it with the state mutex held.
 *
 * @throws AppError DATABASE_VERSION or DATABASE_UNUSABLE
 */
export async function preparePlace(input: PlaceInput): Promise<PreparedPlace> {
  const { stateDir, home, notice } = input;
  const source = await findBinaryPackage();
  const found = await readLayout(stateDir);
  const exists = await checkCluster(found.dataDir, home, majorOf(source));
  const account = exists ? await accountOfOwner(found.dataDir) : await chooseAccount();
  const layout = exists ? found : await layoutOfNewCluster(input, account);
  await assertCanEnter(account, layout);

  const binaries = await prepareBinaries(source, account, home);
  const { dataDir, isRelocated } = layout;
  const place = { home, dataDir, isRelocated, binaries, account, notice, isNew: !exists };
  if (exists) {
    await removeUnfinishedClusters(dataDir);
    await learnPassword(place, input);
  } else {
    await makeCluster(place, input);
  }
  return place;
}

async function makeCluster(place: ServerPlace, { home, credentials, notice }: PlaceInput): Promise<void> {
  notice(`Creating the embedded PostgreSQL ${place.binaries.version} database in ${place.dataDir}.`);
  if (credentials.isNewPassword) await keepPassword(home, credentials.password);
  await createCluster(place.dataDir, credentials.password, place.binaries, place.account);
}

async function learnPassword(place: ServerPlace, { home, credentials, isAlone, notice }: PlaceInput): Promise<void> {
  if (!credentials.isNewPassword) return;
  if (!isAlone)
    throw new AppError('DATABASE_UNUSABLE', `The password of the database in ${place.dataDir} is lost.`, {
      hint: 'Stop the other notify processes of this state folder; the next start then sets a new one.',
    });
  notice(`The password of the database in ${place.dataDir} was lost; setting a new one.`);
  await stopServer(place);
  await resetPassword(place, credentials.password);
  await keepPassword(home, credentials.password);
}

async function layoutOfNewCluster({ stateDir, notice }: PlaceInput, account: Account | null): Promise<Layout> {
  const before = await readLayout(stateDir);
  const layout = await chooseLayout(stateDir, account);
  if (layout.isRelocated && !before.isRelocated) await setOrphanAside(layout.dataDir, notice);
  return layout;
}

/** The state folder was deleted and made anew, but its cluster outside it is still there: nobody asked for that one. */
async function setOrphanAside(dataDir: string, notice: (line: string) => void): Promise<void> {
  if ((await inspectCluster(dataDir)).kind === 'absent') return;
  await stopServer({ dataDir });
  const aside = `${dataDir}.orphaned-${randomBytes(4).toString('hex')}`;
  await rename(dataDir, aside);
  notice(`${dataDir} held the database of a state folder that was deleted; it was moved to ${aside}.`);
}

async function assertCanEnter(account: Account | null, layout: Layout): Promise<void> {
  const folder = path.dirname(layout.dataDir);
  if (account === null || (await canEnter(account, folder))) return;
  throw new AppError(
    'DATABASE_UNUSABLE',
    `The account of the embedded database (${account.name}) cannot enter ${folder}, where its data is.`,
    { hint: `Allow it to pass: chmod o+x on each folder of that path.` },
  );
}
