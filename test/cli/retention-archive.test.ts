import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addDays, londonDate } from '../../src/lib/core/london-time.ts';
import { createFolderStore } from '../../src/lib/storage/folder-store.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { archivedRows, historyRows, insertHistory, noteFacts } from '../support/archives.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { useTestApp } from '../support/test-app.ts';
import { commandsOn } from './commands-on-database.ts';

const app = useTestApp();
const { notify, resultOf, textOf, expectError } = commandsOn(app);
const today = londonDate(new Date());
const daysAgo = (days: number): string => addDays(today, -days);
const [older, younger] = [daysAgo(200), daysAgo(150)];

let template: Template;
let env: Readonly<Record<string, string>>;
beforeAll(async () => {
  template = await aTemplate(app, (await aService(app)).id);
  // Commands have a state folder of their own each.
  env = { NOTIFY_STORAGE_DIR: await temporaryFolder() };
});
beforeEach(async () => {
  await app.db.query(
    'TRUNCATE notification_history, notification_history_archives, ft_notification_status_runs, ft_billing_runs',
  );
});
const history = (...days: string[]): Promise<string[]> =>
  insertHistory(
    app,
    template,
    days.map((day) => ({ createdAt: `${day}T12:00:00Z` })),
  );

describe('retention archive', () => {
  it('shows what would go, asks, then has it go', async () => {
    await history(older, older, younger);
    await noteFacts(app, older, younger);
    const before = ['retention', 'archive', '--before', daysAgo(180)];
    const planned = { day: older, part: null, key: null, rows: 2, bytes: null, sha256: null };
    expect(await resultOf([...before, '--dry-run'], { status: 'planned' })).toEqual({
      dry_run: true,
      before: daysAgo(180),
      archives: [planned],
      rows: 2,
      skipped: [],
    });
    await expectError(before, 4, { code: 'CONFIRMATION_NEEDED' });
    expect(await historyRows(app)).toHaveLength(3);

    const key = `${older.replaceAll('-', '/')}-1.jsonl.gz`;
    expect(await resultOf([...before, '--yes'], { env })).toMatchObject({
      dry_run: false,
      archives: [{ day: older, part: 1, key, rows: 2, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string }],
      rows: 2,
    });
    expect(await historyRows(app)).toHaveLength(1);
    expect(await archivedRows({ db: app.db, storage: createFolderStore(env['NOTIFY_STORAGE_DIR']!) })).toHaveLength(2);
    expect(await textOf([...before, '--yes'])).toBe('Moved 0 rows of the history into 0 files.\n');
  });

  it('leaves out days that are not counted, and says how they are', async () => {
    await history(older, younger);
    await noteFacts(app, younger);
    const answer = await notify(['retention', 'archive', '--before', daysAgo(90), '--yes', '--json']);
    expect([answer.exitCode, answer.json().status]).toEqual([3, 'partial']);
    expect(answer.json().result).toMatchObject({ rows: 1, skipped: [{ day: older, missing: ['status', 'billing'] }] });
    expect(await textOf(['retention', 'archive', '--before', daysAgo(90), '--dry-run'])).toContain(
      `${older} stays: it is not counted (\`notify stats rebuild\`, \`notify billing rebuild\`).`,
    );
  });

  it('completes what was begun, and no more', async () => {
    await history(older);
    await noteFacts(app, older, younger);
    await resultOf(['retention', 'archive', '--before', daysAgo(90), '--yes'], { env });
    await history(younger);
    await app.db.query('UPDATE notification_history_archives SET deleted_at = NULL');
    expect(await resultOf(['retention', 'archive', '--resume', '--yes'], { env })).toMatchObject({
      before: null,
      archives: [{ day: older, part: 1, rows: 0 }],
    });
    expect(await historyRows(app)).toHaveLength(1);
  });

  it.each([
    [['--before', '2020-13-01'], 'expected a day'],
    [['--before', daysAgo(89)], '90 days ago'],
    [['--before', daysAgo(100), '--resume'], 'resume'],
    [[], '--before or --resume'],
  ])('refuses %j', async (flags, message) => {
    await expectError(['retention', 'archive', ...flags, '--yes'], 2, {
      message: expect.stringContaining(message) as string,
    });
  });
});
