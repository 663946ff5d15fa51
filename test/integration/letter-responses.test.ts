import { Readable } from 'node:stream';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { acknowledge, watchAcknowledgements } from '../../src/lib/print-runs/acknowledge-zips.ts';
import { collateLetters } from '../../src/lib/print-runs/collate-letters.ts';
import { importResponses, type ResponseReport } from '../../src/lib/print-runs/import-responses.ts';
import { recordReturnedLetters, withoutPrefix } from '../../src/lib/print-runs/record-returned-letters.ts';
import { billingDayOf, isResponseName } from '../../src/lib/print-runs/response-file.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { useTestApp } from '../support/test-app.ts';
import { manyLetters, storeLetters } from '../support/waiting-letters.ts';
import { createCallback } from '../../src/lib/callbacks/create-callback.ts';
import { systemUserId } from '../../src/lib/users/user.ts';

const app = useTestApp({ config: { callbackAllowedHosts: ['callbacks.example'] } });
let serviceId: string;
let templateId: string;
const day = new Date('2020-02-17T10:00:00Z');
const clock = { now: () => new Date('2020-02-17T18:00:00Z') };

beforeAll(async () => {
  ({ id: serviceId } = await aService(app));
  ({ id: templateId } = await aTemplate(app, serviceId, { templateType: 'letter' }));
});

beforeEach(async () => {
  for (const table of [
    'notifications',
    'notification_history',
    'letter_zips',
    'daily_sorted_letter',
    'returned_letters',
  ])
    await app.db.query(`DELETE FROM ${table}`);
});

function importLines(lines: readonly string[], name = 'NOTIFY-20170820230000-RSP.TXT'): Promise<ResponseReport> {
  return importResponses({ ...app, clock }, { name, open: async () => Readable.from([lines.join('\n')]) });
}

async function lettersIn(status: string, references: readonly string[]): Promise<string[]> {
  const letters = references.map((reference) => ({
    reference,
    status,
    serviceId,
    templateId,
    createdAt: day,
    pdf: null,
  }));
  return (await storeLetters(app, letters)).map(({ id }) => id);
}

async function statuses(): Promise<Record<string, string>> {
  const { rows } = await app.db.query<{ reference: string; status: string }>(
    `SELECT reference, notification_status AS status FROM notifications
     UNION ALL SELECT reference, notification_status FROM notification_history`,
  );
  return Object.fromEntries(rows.map(({ reference, status }) => [reference, status]));
}

describe('a file of responses', () => {
  it('moves letters that are sending, and counts how they were sorted', async () => {
    await lettersIn('sending', ['REF-FOO', 'REF-BAR', 'REF-OLD']);
    await lettersIn('delivered', ['REF-DONE']);
    await lettersIn('created', ['REF-AGAIN']);
    await app.db.query(`WITH old AS (DELETE FROM notifications WHERE reference = 'REF-OLD' RETURNING *)
      INSERT INTO notification_history (id, service_id, template_id, template_version, key_type, notification_type,
        created_at, reference, billable_units, international, notification_status)
      SELECT id, service_id, template_id, 1, key_type, 'letter', created_at, reference, 3, false, 'sending' FROM old`);
    const report = await importLines([
      'REF-FOO|Sent|1|Unsorted',
      'REF-BAR|Failed|2|Sorted',
      'REF-OLD|Sent|x|sorted',
      'REF-DONE|Failed|1|SORTED',
      'REF-AGAIN|Sent|1|Unsorted',
      'REF-NOBODY|sent|1|Unsorted',
    ]);
    expect(await statuses()).toEqual({
      'REF-FOO': 'delivered',
      'REF-BAR': 'temporary-failure',
      'REF-OLD': 'delivered',
      'REF-DONE': 'delivered',
      'REF-AGAIN': 'created',
    });
    expect(report).toMatchObject({
      ...{ billingDay: '2017-08-21', lines: 6, delivered: 2, failed: 1, unchanged: 2, unknown: 1, otherSheets: 2 },
      ...{ sorted: 3, unsorted: 3 },
    });
    expect(report.problems).toEqual([
      `DVLA response file: NOTIFY-20170820230000-RSP.TXT has failed letters with notification.reference ['REF-BAR', 'REF-DONE', 'REF-NOBODY']`,
    ]);
  });

  it('says of which letters the sheets are others', async () => {
    const [id] = await lettersIn('sending', ['REF']);
    await app.db.query('UPDATE notifications SET billable_units = 3');
    const log = createLogCapture();
    const source = { name: 'NOTIFY-20170120230000-RSP.TXT', open: async () => Readable.from(['REF|Sent|1|Sorted']) };
    expect(await importResponses({ ...app, logger: log.logger }, source)).toMatchObject({
      billingDay: '2017-01-20',
      problems: [],
    });
    expect(log.lines('warn').map(({ msg }) => msg)).toEqual([
      `Notification with id ${id} has 3 billable_units but DVLA says page count is 1`,
    ]);
  });

  it('replaces its counts when it is read again, and counts nothing with words it does not know', async () => {
    await importLines(['A|Sent|1|Sorted', 'B|Sent|1|Sorted']);
    await importLines(['A|Sent|1|Sorted', 'B|Sent|1|Unsorted']);
    const { problems, sorted } = await importLines(['A|Sent|1|Assorted', 'B|Sent|1|Sorted']);
    expect([problems, sorted]).toEqual([
      [`DVLA response file: NOTIFY-20170820230000-RSP.TXT contains unknown Sorted status {'assorted'}`],
      null,
    ]);
    const { rows } = await app.db.query('SELECT sorted_count, unsorted_count FROM daily_sorted_letter');
    expect(rows).toEqual([{ sorted_count: 1, unsorted_count: 1 }]);
  });

  it.each(['REF|Sent|1', 'REF|Sent|1|Sorted|more', 'nothing'])(
    'with the line %s is not applied at all',
    async (line) => {
      await lettersIn('sending', ['REF']);
      const importing = importLines(['REF|Sent|1|Sorted', line]);
      await expect(importing).rejects.toThrow(
        'DVLA response file: NOTIFY-20170820230000-RSP.TXT has an invalid format',
      );
      expect(await statuses()).toEqual({ REF: 'sending' });
    },
  );

  it.each([
    ['NOTIFY-20170820230000-RSP.TXT', '2017-08-21'],
    ['NOTIFY-20170120230060-RSP.TXT', '2017-01-20'],
  ])('%s is of the day %s', (name, expected) => {
    expect(billingDayOf(name)).toBe(expected);
  });

  it('has a name that ends so, in any case, and a time', () => {
    expect(['A-RSP.TXT', 'a.rs.txt', 'a.ack.txt', 'A.TXT'].map(isResponseName)).toEqual([true, true, false, false]);
    expect(() => billingDayOf('NOTIFY-RSP.TXT')).toThrow('NOTIFY-RSP.TXT');
    expect(() => billingDayOf('NOTIFY-20171399230000-RSP.TXT')).toThrow();
  });
});

describe('returned letters', () => {
  const references = ['ABCDEFGHIJKLMNO1', 'ABCDEFGHIJKLMNO2', 'ABCDEFGHIJKLMNO3'];

  it('are noted once, and services that want to know are told', async () => {
    await createCallback(app, {
      serviceId,
      callbackType: 'returned_letter',
      url: 'https://callbacks.example/returned',
      bearerToken: 'a-secret-token',
      updatedById: systemUserId,
    });
    await lettersIn('sending', [references[0]!]);
    await lettersIn('delivered', [references[1]!]);
    await lettersIn('cancelled', [references[2]!]);
    const given = [...references, 'UNKNOWN000000000', references[0]!];
    expect(await recordReturnedLetters({ ...app, clock }, { references: given })).toEqual({
      recorded: 3,
      already: 0,
      unknown: 1,
    });
    expect(await statuses()).toEqual({
      [references[0]!]: 'returned-letter',
      [references[1]!]: 'returned-letter',
      [references[2]!]: 'cancelled',
    });
    const told = (): Promise<number> =>
      storedJobs(app.db).then((jobs) => jobs.filter(({ task }) => task === 'send-returned-letter').length);
    expect(await told()).toBe(3);
    const later = { now: () => new Date('2020-03-01T00:00:00Z') };
    expect(await recordReturnedLetters({ ...app, clock: later }, { references })).toMatchObject({
      recorded: 0,
      already: 3,
    });
    expect(await told()).toBe(3);
    const { rows } = await app.db.query('SELECT DISTINCT reported_at::text AS day FROM returned_letters');
    expect(rows).toEqual([{ day: '2020-02-17' }]);
  });

  it('with a reference that is none are refused', async () => {
    const recording = recordReturnedLetters(app, { references: ['NOTIFY000ABCDEFGHIJKLMNO1'] });
    await expect(recording).rejects.toThrow('references NOTIFY000ABCDEFGHIJKLMNO1 does not match ^[0-9A-Z]{16}$');
    expect(withoutPrefix('NOTIFY000ABCDEFGHIJKLMNO1')).toBe('ABCDEFGHIJKLMNO1');
    expect(withoutPrefix('NOTIFY0001234567')).toBe('NOTIFY0001234567');
  });
});

describe('acknowledgements', () => {
  it('are matched whatever their case; zips without one are told of', async () => {
    await storeLetters(app, manyLetters(2, { serviceId, templateId, createdAt: day }));
    await collateLetters({ ...app, clock }, { limits: { bytes: 1e6, letters: 1 } });
    const { rows } = await app.db.query<{ name: string }>(`UPDATE letter_zips SET state = 'sent' RETURNING name`);
    const [first, second] = rows.map(({ name }) => name).sort() as [string, string];
    const log = createLogCapture();
    const watched = {
      ...app,
      clock,
      logger: log.logger,
      config: { ...app.config, printResponses: 'storage' as const },
    };
    await watchAcknowledgements({ ...watched, config: app.config });
    expect(log.lines('error')).toEqual([]);
    const file = `dispatch/${first.replace('.ZIP', '.ACK.txt').toLowerCase()}`;
    expect(await acknowledge({ ...app, clock }, { files: [file, 'other.ack.txt'] })).toEqual({
      printDate: '2020-02-17',
      acknowledged: [first],
      unknown: ['other.ack.txt'],
      missing: [second],
    });
    await watchAcknowledgements(watched);
    expect(log.lines('error')).toMatchObject([
      {
        alert: 'letters-not-acknowledged',
        msg: `Letter ack file does not contain all zip files sent. Missing ack for zip files: ['${second}']`,
      },
    ]);
    await app.storage.put('print-responses', second.replace('.ZIP', '.ACK.TXT'), Buffer.from(''));
    // Files have the time of the machine.
    await watchAcknowledgements({ ...watched, clock: { now: () => new Date('2020-02-17T18:00:00Z') } });
    expect(log.lines('error')).toHaveLength(1);
  });
});
