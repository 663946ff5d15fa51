import { describe, it } from 'vitest';
import { createFolderDestination } from '../../src/lib/print-runs/folder-destination.ts';
import { temporaryFolder } from '../support/folders.ts';
import { usePrintRunKills } from './print-run-kills.ts';

const { killAtEachStep } = usePrintRunKills();

describe('prints each letter once, wherever it was killed', { timeout: 300_000 }, () => {
  it('with zips that go to a folder', async () => {
    const folder = await temporaryFolder();
    const destination = createFolderDestination(folder, 'folder');
    await killAtEachStep({ folder, destination, environment: { NOTIFY_PRINT_FOLDER: folder }, letters: 3 });
  });
});
